// Decides how what is no longer used goes: results and keys of the cache whose time is over, by bounded batches.

import Logging
import MartletStore

/// Deletes results and keys of the cache when their time is over. Replicas pass over each other's rows.
public struct ExpiryKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Deletes a batch; goes on at once when there may be more.
  public func step() async throws -> Duration {
    let results = try await store.deleteExpiredResults(limit: settings.chunk)
    let keys = try await store.clearCache(limit: settings.chunk)
    if results + keys > 0 {
      logger.debug("deleted \(results) results and \(keys) keys of the cache whose time was over")
    }
    return max(results, keys) < settings.chunk ? settings.expiryInterval : .zero
  }
}
