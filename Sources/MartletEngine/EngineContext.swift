// Decides what every background service is given.

public import Logging
public import MartletStore

/// What the services of one engine share.
public struct EngineContext: Sendable {
  /// Where they work.
  public var store: Store
  /// Their time-outs.
  public var settings: EngineSettings
  /// What their pauses are measured by; what is stored goes by Postgres's clock.
  public var clock: any Clock<Duration>
  /// For what they did and what went wrong.
  public var logger: Logger

  /// Puts a context together.
  public init(
    _ store: Store, settings: EngineSettings = EngineSettings(),
    clock: any Clock<Duration> = ContinuousClock(), logger: Logger
  ) {
    self.store = store
    self.settings = settings
    self.clock = clock
    self.logger = logger
  }
}
