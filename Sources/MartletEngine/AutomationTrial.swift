// Decides what an automation would have done lately: the events that are stored are put to its trigger anew, in memory, with
// time passing as it did.

public import MartletModel
public import MartletStore

/// What an automation would have done.
public struct AutomationTrial: Sendable {
  /// A firing that would have been.
  public struct Firing: Sendable {
    /// What would be kept of it.
    public var told: JSON
    /// The event that it would have fired at.
    public var event: TriggerEvent?
    /// What would have been done, with values in the places of templates.
    public var actions: [JSON]
  }

  /// The first firings.
  public private(set) var firings: [Firing] = []
  /// How often it would have fired.
  public private(set) var firingCount = 0
  /// How many events were looked at.
  public private(set) var eventCount = 0
  /// Whether there were more.
  public private(set) var isTruncated = false

  /// Most firings that are told of.
  public static let mostFirings = 100
  /// Most events that are looked at.
  public static let mostEvents = 10_000
  /// Most events that are read, those of other namespaces among them.
  private static let mostRead = 50_000

  /// Looks at the events that were stored since an automation begins.
  public init(
    of automation: Automation, in store: Store, reader: any FiringReader
  ) async throws {
    let tree = TriggerTree(try Trigger(automation.content.trigger, "automation.trigger"))
    let watched = [WatchedAutomation(automation: automation, tree: tree)]
    var cursor = AutomationCursor.beginning
    var windows: [AutomationBucket] = []
    var hasMore = true
    var read = 0
    while hasMore {
      try Task.checkCancellation()
      var news = try await store.automationNews(after: cursor, since: automation.beginTime)
      cursor = news.cursor
      read += news.items.count
      news.items.removeAll {
        $0.namespace != automation.namespace || $0.arrival < automation.beginTime
      }
      let room = Self.mostEvents - eventCount
      isTruncated =
        news.items.count > room
        || news.hasMore && (news.items.count == room || read > Self.mostRead)
      news.items = Array(news.items.prefix(room))
      eventCount += news.items.count
      hasMore = news.hasMore && !isTruncated
      var round = AutomationRound(watched, news)
      round.add(windows)
      round.rehearse(through: hasMore || isTruncated ? nil : news.now)
      windows = Array(round.buckets.values)
      try await take(round.move.tasks, automation, reader)
    }
  }

  private mutating func take(
    _ tasks: [NewAutomationTask], _ automation: Automation, _ reader: any FiringReader
  ) async throws {
    for task in tasks {
      guard let action = task.action else {
        firingCount += 1
        guard firings.count < Self.mostFirings else { continue }
        let event = task.firing["event"].flatMap { TriggerEvent(json: $0) }
        firings.append(Firing(told: task.firing, event: event, actions: []))
        continue
      }
      // Its actions follow each firing.
      guard firingCount == firings.count else { continue }
      let texts = FiringTexts(
        automation: (
          "\(automation.id)", automation.content.name, automation.content.description
        ), namespace: automation.namespace, firing: task.firing, id: "\(task.firingID)")
      let values = try await texts.values(for: action, reader)
      do throws(TemplateFault) {
        firings[firings.count - 1].actions.append(
          try AutomationAction.filled(action, with: values))
      } catch {
        throw InvalidValue("automation.actions", "has a template that \(error.problem)")
      }
    }
  }
}

extension AutomationRound {
  /// Puts the events to the triggers, each at its time: what was missing until then fires first.
  /// - Parameter end: When it ends; nil where more is to come.
  mutating func rehearse(through end: Instant?) {
    open()
    for item in news.items {
      expireAll(through: item.arrival)
      put(item)
    }
    if let end { expireAll(through: end) }
  }

  private mutating func expireAll(through time: Instant) {
    // Each window ends at its own time; no more of them than a run of ten-second windows over days.
    for _ in 0..<Self.mostSteps {
      let next = buckets.values.compactMap(\.wake).min()
      guard let next, next <= time else { return }
      expire(through: next)
    }
    expire(through: time)
  }

  private static let mostSteps = 1000
}
