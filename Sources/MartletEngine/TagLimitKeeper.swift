// Decides how soon a limit of a tag that another replica made holds here: within a second.

import MartletStore

/// Reads which tags have a limit, so that runs without such a tag start without asking.
public struct TagLimitKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Reads them once.
  public func step() async throws -> Duration {
    try await store.readTagLimits()
    return settings.tagInterval
  }
}
