// Decides when other replicas are told that there is something to read: seldom, and from here only.

import MartletStore

/// Sends one hint for all that was committed since the last, if there is anyone to hear it. A
/// notifying commit takes a lock of the whole database, so no transition ever notifies.
public struct HintSender: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let heartbeat: ReplicaHeartbeat

  /// Makes the service; `heartbeat` knows whether there are other replicas.
  public init(_ context: EngineContext, heartbeat: ReplicaHeartbeat) {
    self.context = context
    self.heartbeat = heartbeat
  }

  /// Waits for a commit and sends a hint.
  public func step() async throws -> Duration {
    // Alone, it looks now and then whether somebody has come; it does not wake for every commit.
    guard heartbeat.replicas > 1 else { return .seconds(1) }
    guard await store.hintSignal.wait(atMost: .seconds(5)) else { return .zero }
    try await store.sendHint()
    return settings.hintPause
  }
}
