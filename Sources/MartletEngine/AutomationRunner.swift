// Decides how events are put to the triggers of automations: in the order of commit, each once, by whichever replica is
// first; the others stand back for a while. Time alone is told to windows too, never before the events that came in time.

import Logging
import MartletModel
import MartletStore
import Metrics
import Synchronization

/// Follows the events and fires triggers. What firings are to do is written with the windows, for ``ActionRunner``.
public final class AutomationRunner: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let known = Mutex<[ObjectID: WatchedAutomation]>([:])
  private let fired = Metrics.Counter(label: "martlet_automations_fired_total")

  /// How long a replica stands back that another one was faster than.
  private static let standBack = Duration.seconds(2)
  /// How long absence is not believed while running transactions hold back what came.
  private static let patience = Interval.seconds(-5)
  /// The longest pause between two looks while there are automations, and while there are none.
  private static let interval = (busy: Duration.seconds(1), idle: Duration.seconds(30))

  /// What came of one look.
  enum Progress: Equatable {
    /// Nobody has automations that see events.
    case isIdle
    /// Another replica was faster.
    case isOutrun
    /// There is more to read.
    case hasMore
    /// Running transactions hold back what may be committed already.
    case isHeldBack
    /// Nothing more until the next commit, or until time changes a window.
    case isCaughtUp
  }

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Looks once, then waits until there may be more.
  public func step() async throws -> Duration {
    switch try await pass() {
    case .hasMore: return .zero
    case .isOutrun: return Self.standBack
    case .isHeldBack: return .milliseconds(100)
    case .isIdle:
      _ = await store.automationSignal.wait(atMost: Self.interval.idle)
      return .milliseconds(500)
    case .isCaughtUp:
      var patience = Self.interval.busy
      if let wake = try await store.timeToNextAutomationWake() {
        patience = min(patience, max(.milliseconds(100), .microseconds(wake.microseconds)))
      }
      _ = await store.automationSignal.wait(atMost: patience)
      return .milliseconds(10)
    }
  }

  /// Puts what is new to the triggers.
  func pass() async throws -> Progress {
    let (cursor, live) = try await store.liveAutomations()
    guard let since = live.map(\.beginTime).min() else { return .isIdle }
    let automations = try await watched(live)
    let news = try await store.automationNews(after: cursor, since: since)
    var round = AutomationRound(automations, news)
    if !news.hasMore {
      let through = news.isHeldBack ? news.now + Self.patience : news.now
      round.add(try await store.dueAutomationBuckets(at: through, limit: settings.chunk))
      round.add(try await store.automationBuckets(round.needed))
      round.run()
      round.expire(through: through)
    } else {
      round.add(try await store.automationBuckets(round.needed))
      round.run()
    }
    let move = round.move
    // Its own commits move nothing but the number of the last transaction: that may wait.
    if news.hasMore || !news.items.isEmpty || !move.buckets.isEmpty || !move.tasks.isEmpty
      || cursor.generation != news.cursor.generation
    {
      guard try await store.commit(move) else { return .isOutrun }
      fired.increment(by: Int64(move.tasks.count { $0.ordinal == 0 }))
    }
    if news.hasMore { return .hasMore }
    return news.isHeldBack ? .isHeldBack : .isCaughtUp
  }

  /// The automations with their triggers; only those that changed are read again.
  private func watched(_ live: [LiveAutomation]) async throws -> [WatchedAutomation] {
    var known = known.withLock { $0 }
    let missing = live.filter { known[$0.id]?.automation.etag != $0.etag }.map(\.id)
    for automation in try await store.automations(missing) {
      known[automation.id] = nil
      do throws(InvalidValue) {
        let trigger = try Trigger(automation.content.trigger, "trigger")
        guard !automation.content.isPaused else { continue }
        known[automation.id] = WatchedAutomation(
          automation: automation, tree: TriggerTree(trigger))
      } catch {
        logger.error("the automation \(automation.id) has a trigger that is none: \(error)")
      }
    }
    let now = Dictionary(
      live.compactMap { entry in known[entry.id].map { (entry.id, $0) } }
    ) { first, _ in first }
    self.known.withLock { $0 = now }
    return now.values.sorted { $0.automation.id < $1.automation.id }
  }
}

/// An automation with its trigger, taken apart.
struct WatchedAutomation: Sendable {
  var automation: Automation
  var tree: TriggerTree
}
