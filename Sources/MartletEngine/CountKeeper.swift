// Decides how long differences of counts lie beside the sums.

import MartletStore

/// Folds the differences that batches leave into the sums that dashboards read.
public struct CountKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Folds once.
  public func step() async throws -> Duration {
    try await store.foldCounts()
    return settings.foldInterval
  }
}
