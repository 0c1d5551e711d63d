// Decides which days of history, logs and feed there are: made ahead of need, dropped whole; and when what is in none is deleted.

import Logging
import MartletStore
import Metrics
import Synchronization

/// Makes days ahead and drops those that are older than what is kept.
public final class PartitionKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let ahead = Metrics.Gauge(label: "martlet_partition_days_ahead")
  /// When what is no day's was last looked through.
  private let pruned = Mutex<ContinuousClock.Instant?>(nil)

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Looks after every table once.
  public func step() async throws -> Duration {
    var least = Int.max
    for table in DayTable.allCases {
      var days = try await store.daysAhead(of: table)
      // Days are made by the half week, for each time the table is locked for a moment.
      if days <= settings.daysAhead / 2 {
        let made = try await store.extendPartitions(of: table, days: settings.daysAhead)
        days += made
        logger.info("made \(made) days of \(table.rawValue)")
      }
      least = min(least, days)
      guard let kept = kept(of: table) else { continue }
      while let day = try await store.dropOldestDay(of: table, keeping: kept) {
        logger.info("dropped \(table.rawValue) of \(day)")
      }
    }
    ahead.record(least)
    try await prune()
    return settings.partitionInterval
  }

  /// Deletes what is too old of what is no day's.
  private func prune() async throws {
    let last = pruned.withLock { $0 }
    if let last, last.duration(to: .now) < settings.pruneInterval { return }
    for table in DayTable.allCases {
      guard let kept = kept(of: table) else { continue }
      let deleted = try await store.pruneOutliers(of: table, keeping: kept)
      if deleted > 0 { logger.info("deleted \(deleted) old rows of \(table.rawValue)") }
    }
    pruned.withLock { $0 = .now }
  }

  private func kept(of table: DayTable) -> Int32? {
    switch table {
    case .history: settings.historyDays
    case .logs: settings.logDays
    case .events: settings.eventDays
    case .feed: settings.feedDays
    }
  }
}
