// Decides what some events, and time, make of the windows of all automations: in memory, to be written at once.

import MartletModel
import MartletStore

/// One look at the events, with the windows that it may move.
struct AutomationRound {
  let automations: [WatchedAutomation]
  private let byID: [ObjectID: WatchedAutomation]
  let news: AutomationNews
  /// The windows as they are now.
  private(set) var buckets: [AutomationBucket.Key: AutomationBucket] = [:]
  /// What is to be written.
  private(set) var move: AutomationMove

  init(_ automations: [WatchedAutomation], _ news: AutomationNews) {
    self.automations = automations
    byID = Dictionary(automations.map { ($0.automation.id, $0) }) { first, _ in first }
    self.news = news
    move = AutomationMove(cursor: news.cursor)
  }

  /// The windows that the events are about, and those that are there before any event.
  var needed: [AutomationBucket.Key] {
    var keys: Set<AutomationBucket.Key> = []
    for watched in automations {
      for (node, trigger) in watched.tree.leaves {
        if trigger.opening(at: .epoch) != nil {
          keys.insert(AutomationBucket.Key(watched.automation, [], node: node))
        }
        for item in news.items where sees(watched, item) {
          guard let labels = trigger.key(of: item.event) else { continue }
          keys.insert(AutomationBucket.Key(watched.automation, labels, node: node))
          insertWholes(of: node, watched, &keys)
        }
      }
    }
    for key in buckets.keys {
      guard let watched = byID[key.automationID], watched.automation.term == key.term else {
        continue
      }
      insertWholes(of: key.node, watched, &keys)
    }
    return Array(keys)
  }

  /// What a firing of a trigger may move besides.
  private func insertWholes(
    of node: Int, _ watched: WatchedAutomation, _ keys: inout Set<AutomationBucket.Key>
  ) {
    for whole in watched.tree.wholes(of: node) {
      keys.insert(AutomationBucket.Key(watched.automation, [], node: whole))
    }
  }

  /// Takes windows that were read.
  mutating func add(_ read: [AutomationBucket]) {
    for bucket in read { buckets[bucket.key] = bucket }
  }

  /// Puts the events to the triggers, in their order.
  mutating func run() {
    open()
    for item in news.items { put(item) }
  }

  /// Opens the windows that are there before any event.
  mutating func open() {
    for watched in automations {
      for (node, trigger) in watched.tree.leaves {
        let key = AutomationBucket.Key(watched.automation, [], node: node)
        if buckets[key] == nil, let window = trigger.opening(at: watched.automation.beginTime) {
          set(window, key, trigger, event: nil)
        }
      }
    }
  }

  /// Puts an event to the triggers.
  mutating func put(_ item: AutomationNews.Item) {
    for watched in automations where sees(watched, item) {
      for (node, trigger) in watched.tree.leaves { put(item.event, to: trigger, node, watched) }
    }
  }

  private mutating func put(
    _ event: TriggerEvent, to trigger: EventTrigger, _ node: Int, _ watched: WatchedAutomation
  ) {
    guard let labels = trigger.key(of: event) else { return }
    let key = AutomationBucket.Key(watched.automation, labels, node: node)
    let before = buckets[key]
    guard let step = trigger.step(before?.window, event) else { return }
    if let firing = step.firing {
      // What was missing fires for the window that ended, not for the event that came after it.
      let isAbsence = trigger.posture == .proactive
      fire(watched, node, trigger, firing, event: isAbsence ? before?.event : event)
    }
    if step.bucket != before?.window { set(step.bucket, key, trigger, event: event) }
  }

  /// Tells the windows what time it is.
  mutating func expire(through now: Instant) {
    for (key, bucket) in buckets.sorted(by: { $0.value.window.start < $1.value.window.start }) {
      guard let watched = byID[key.automationID], watched.automation.term == key.term else {
        // Of a trigger that is paused, or began anew.
        move.buckets[key] = .some(nil)
        continue
      }
      guard let trigger = watched.tree[key.node], let step = trigger.step(bucket.window, now: now)
      else { continue }
      if let firing = step.firing { fire(watched, key.node, trigger, firing, event: bucket.event) }
      set(step.bucket, key, trigger, event: bucket.event)
    }
  }

  /// Whether an event is an automation's concern: it came in time, and is not one of its own.
  private func sees(_ watched: WatchedAutomation, _ item: AutomationNews.Item) -> Bool {
    guard item.namespace == watched.automation.namespace,
      item.arrival >= watched.automation.beginTime
    else { return false }
    return !item.event.names[0].hasPrefix(AutomationRules.eventPrefix)
      || item.event.subject("automation") != watched.automation.id.description
  }

  private mutating func set(
    _ window: TriggerBucket?, _ key: AutomationBucket.Key, _ trigger: EventTrigger,
    event: TriggerEvent?
  ) {
    let bucket = window.map {
      AutomationBucket(key: key, window: $0, wake: trigger.wake($0), event: event)
    }
    buckets[key] = bucket
    move.buckets[key] = .some(bucket)
  }

  /// Takes the firing of a trigger to what it is part of, up to the whole.
  private mutating func fire(
    _ watched: WatchedAutomation, _ leaf: Int, _ trigger: EventTrigger, _ firing: TriggerFiring,
    event: TriggerEvent?
  ) {
    var parts: [PartFiring] = []
    var part = PartFiring(
      position: 0, time: trigger.time(of: firing, event: event), eventID: event?.id ?? "")
    var node = watched.tree.nodes[leaf]
    while let parent = node.parent {
      part.position = node.position
      node = watched.tree.nodes[parent]
      guard case .composition(let composition) = node.content else { return }
      let key = AutomationBucket.Key(watched.automation, [], node: parent)
      let before = buckets[key]?.parts ?? []
      let step = composition.step(before, part)
      if step.gathered != before { set(step.gathered, key) }
      guard let fired = step.fired else { return }
      parts = fired
      part.time = fired.map(\.time).max() ?? part.time
    }
    move.tasks += FiringTasks(
      automation: watched.automation, leaf: leaf, trigger: trigger, firing: firing, event: event,
      parts: parts, time: part.time
    ).make(now: news.now)
  }

  private mutating func set(_ parts: [PartFiring], _ key: AutomationBucket.Key) {
    let bucket = parts.first.map { first in
      var window = TriggerBucket(key: [], start: first.time, end: nil)
      window.last = parts.last?.time ?? first.time
      window.count = parts.count
      return AutomationBucket(key: key, window: window, wake: nil, event: nil, parts: parts)
    }
    buckets[key] = bucket
    move.buckets[key] = .some(bucket)
  }
}
