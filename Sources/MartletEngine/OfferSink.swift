// Decides how the engine reaches workers: through whoever holds their streams.

public import MartletModel
public import MartletStore

/// A run on its way to a worker.
public struct RunOffer: Sendable {
  /// The run.
  public var record: RunRecord
  /// The epoch in which it is the worker's.
  public var epoch: Int64
  /// What to start.
  public var launch: Launch
  /// What its version of the deployment says.
  public var spec: DeploymentSpec
  /// When the offer lapses.
  public var expireTime: Instant
}

/// What a worker is told beside offers.
public enum WorkerNotice: Sendable, Equatable {
  /// A run that it was offered is to stop before its executor has begun.
  case cancel(RunID, epoch: Int64)
  /// A run is not its any more.
  case revoke(RunID, epoch: Int64)
  /// It is to take no more.
  case drain
  /// Another stream, here or elsewhere, is this worker's.
  case replaced
  /// Its session is gone: it must come again.
  case lost
  /// The server is stopping.
  case closing
}

/// A worker that is connected here. Nothing that is called may block.
public protocol OfferSink: Sendable {
  /// Hands runs over.
  func offer(_ offers: [RunOffer])
  /// Tells something else.
  func tell(_ notice: WorkerNotice)
}
