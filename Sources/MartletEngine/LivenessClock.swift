// Decides when lease time runs: only while some replica has a working database.

import Logging
import MartletModel
import MartletStore
import Metrics

/// Ticks in a row of the database. After a gap, all leases get that time back: an outage of the server
/// or of the database crashes no healthy run.
public struct LivenessClock: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let stopped = Metrics.Counter(label: "martlet_lease_clock_stopped_seconds_total")

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Ticks once.
  public func step() async throws -> Duration {
    let gap = try await store.tickLeaseClock(tolerance: settings.tickTolerance)
    if gap > .zero {
      let seconds = gap.microseconds / 1_000_000
      stopped.increment(by: seconds)
      logger.notice("no server had a database for \(seconds) s: all leases are that much longer")
    }
    return settings.tickInterval
  }
}
