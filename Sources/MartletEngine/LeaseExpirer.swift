// Decides when slots of holders that fell silent come back, and when ended leases are forgotten.

import Logging
import MartletModel
import MartletStore
import Metrics
import Synchronization

/// Ends leases of slots that lapsed, and places in line that nobody keeps. Any replica may: each row is ended once.
public final class LeaseExpirer: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let forgetting = Mutex<ContinuousClock.Instant?>(nil)
  private let lapsed = Metrics.Counter(label: "martlet_slot_leases_lapsed_total")

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Ends what has lapsed; pauses until the next lapse, at most the set interval.
  public func step() async throws -> Duration {
    let count = try await store.lapseLeases(
      limit: settings.chunk, tolerance: settings.tickTolerance)
    if count > 0 {
      lapsed.increment(by: count)
      logger.debug("\(count) leases of slots, or places in line, lapsed")
      return .zero
    }
    if try await forget() { return .zero }
    guard let next = try await store.timeToNextLapse() else { return settings.lapseInterval }
    // One that another replica is ending counts as negative: do not spin for it.
    return min(settings.lapseInterval, max(.milliseconds(20), .microseconds(next.microseconds)))
  }

  /// Forgets some of what ended long ago, now and then; whether there is more.
  private func forget() async throws(StoreError) -> Bool {
    let now = ContinuousClock.now
    if let next = forgetting.withLock({ $0 }), now < next { return false }
    let count = try await store.forgetEndedLeases(limit: settings.chunk)
    let hasMore = count == settings.chunk
    forgetting.withLock { $0 = hasMore ? nil : now + settings.forgetInterval }
    return hasMore
  }
}
