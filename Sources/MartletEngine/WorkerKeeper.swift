// Decides how the sessions of workers are kept: all those of a replica by one statement, however many there are.

import MartletStore

/// Renews the sessions of the workers that are connected here and have been heard of, and looks after offers that lapsed
/// elsewhere.
public struct WorkerKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let hub: WorkerHub

  /// Makes the service.
  public init(_ context: EngineContext, hub: WorkerHub) {
    self.context = context
    self.hub = hub
  }

  /// Renews once.
  public func step() async throws -> Duration {
    // One that was silent for longer than its lease is not kept alive by its open connection.
    let living = hub.living(within: settings.workerSilence)
    guard !living.isEmpty else { return settings.workerBeat }
    hub.heed(try await store.renewWorkers(living), of: living.map(\.id))
    // Those of another replica that died, and of workers that poll and hold no stream.
    if hub.isSweepDue { _ = try await store.withdrawLapsedOffers(limit: settings.chunk) }
    return settings.workerBeat
  }

  /// Sends the workers away.
  public func stop() async { hub.close() }
}
