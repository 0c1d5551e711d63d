// Decides how this server is known to the others.

public import MartletStore
import Metrics
import Synchronization

/// Says every few seconds that this replica is alive, and counts the others.
public final class ReplicaHeartbeat: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  /// This replica.
  public let id: ObjectID
  private let host: String
  private let alive = Atomic<Int>(1)
  private let gauge = Metrics.Gauge(label: "martlet_replicas")

  /// Makes the service.
  /// - Parameter host: Host and process, for people.
  public init(_ context: EngineContext, id: ObjectID = .random(), host: String) {
    self.context = context
    self.id = id
    self.host = host
  }

  /// How many replicas were alive at the last beat, this one included.
  public var replicas: Int { alive.load(ordering: .relaxed) }

  /// Beats once.
  public func step() async throws -> Duration {
    let count = try await store.beatReplica(
      id, host: host, version: "\(Schema.binary)", silence: settings.silence)
    alive.store(count, ordering: .relaxed)
    gauge.record(count)
    return settings.beatInterval
  }

  /// Takes this replica off the list.
  public func stop() async {
    try? await store.forgetReplica(id, silence: settings.silence)
  }
}
