// Decides that no claim is without a lease, whatever became of its session.

import Logging
import MartletStore

/// Opens the sessions that claims name and that are not there; they lapse unless heartbeats come.
public struct ClaimKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Looks once.
  public func step() async throws -> Duration {
    let missing = try await store.openMissingSessions()
    if missing > 0 { logger.notice("\(missing) sessions were missing beside their claims") }
    return settings.claimInterval
  }
}
