// Decides what some events, and time, make of the windows of all automations: in memory, to be written at once.

import MartletModel
import MartletStore

/// One look at the events, with the windows that it may move.
struct AutomationRound {
  private let automations: [WatchedAutomation]
  private let byID: [ObjectID: WatchedAutomation]
  private let news: AutomationNews
  private var buckets: [AutomationBucket.Key: AutomationBucket] = [:]
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
      if watched.trigger.opening(at: .epoch) != nil {
        keys.insert(AutomationBucket.Key(watched.automation, []))
      }
      for item in news.items where sees(watched, item) {
        if let labels = watched.trigger.key(of: item.event) {
          keys.insert(AutomationBucket.Key(watched.automation, labels))
        }
      }
    }
    return Array(keys)
  }

  /// Takes windows that were read.
  mutating func add(_ read: [AutomationBucket]) {
    for bucket in read { buckets[bucket.key] = bucket }
  }

  /// Puts the events to the triggers, in their order.
  mutating func run() {
    for watched in automations {
      let key = AutomationBucket.Key(watched.automation, [])
      if buckets[key] == nil, let window = watched.trigger.opening(at: watched.automation.beginTime)
      {
        set(window, key, watched, event: nil)
      }
    }
    for item in news.items {
      for watched in automations where sees(watched, item) {
        guard let labels = watched.trigger.key(of: item.event) else { continue }
        let key = AutomationBucket.Key(watched.automation, labels)
        let before = buckets[key]
        guard let step = watched.trigger.step(before?.window, item.event) else { continue }
        if let firing = step.firing {
          // What was missing fires for the window that ended, not for the event that came after it.
          let isAbsence = watched.trigger.posture == .proactive
          fire(watched, firing, event: isAbsence ? before?.event : item.event)
        }
        if step.bucket != before?.window { set(step.bucket, key, watched, event: item.event) }
      }
    }
  }

  /// Tells the windows what time it is.
  mutating func expire(through now: Instant) {
    for (key, bucket) in buckets.sorted(by: { $0.value.window.start < $1.value.window.start }) {
      guard let watched = byID[key.automationID], watched.automation.term == key.term else {
        // Of a trigger that is paused, or began anew.
        move.buckets[key] = .some(nil)
        continue
      }
      guard let step = watched.trigger.step(bucket.window, now: now) else { continue }
      if let firing = step.firing { fire(watched, firing, event: bucket.event) }
      set(step.bucket, key, watched, event: bucket.event)
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
    _ window: TriggerBucket?, _ key: AutomationBucket.Key, _ watched: WatchedAutomation,
    event: TriggerEvent?
  ) {
    let bucket = window.map {
      AutomationBucket(key: key, window: $0, wake: watched.trigger.wake($0), event: event)
    }
    buckets[key] = bucket
    move.buckets[key] = .some(bucket)
  }

  /// Notes what a firing is to do. Its id follows from what fired; those of its tasks are new, and written with it.
  private mutating func fire(
    _ watched: WatchedAutomation, _ firing: TriggerFiring, event: TriggerEvent?
  ) {
    let automation = watched.automation
    let isReactive = watched.trigger.posture == .reactive
    let id = ObjectID(
      UUIDValue.derived(
        from: [
          "automation firing", "\(automation.id)", "\(automation.term)",
          "\(firing.start.microseconds)", "\(firing.count)", isReactive ? event?.id ?? "" : "",
        ] + firing.key))
    let told = JSON.object([
      ("window_start", .text(firing.start.rfc3339)), ("count", .integer(firing.count)),
      (
        "labels",
        .object(zip(watched.trigger.forEach, firing.key).map { ($0, JSON.text($1)) })
      ),
      ("event", event?.json ?? .null),
    ])
    let actions = automation.content.actions + automation.content.actionsOnTrigger
    // Ids in the order of the actions.
    let ids = (0..<2 * (actions.count + 1)).map { _ in
      RunID.v7(now: news.now, random: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
    }.sorted()
    for (ordinal, action) in ([nil] + actions.map(Optional.some)).enumerated() {
      move.tasks.append(
        NewAutomationTask(
          id: ids[2 * ordinal], automationID: automation.id, term: automation.term, firingID: id,
          ordinal: ordinal, triggerID: ObjectID(ids[1].value),
          eventID: ObjectID(ids[2 * ordinal + 1].value), action: action, firing: told))
    }
  }
}
