// Decides what a run shows of the deployment that it is a run of.

/// Where a run of a deployment came from and where it stands.
public struct RunWork: Sendable, Equatable {
  /// The deployment, which may be gone.
  public var deploymentID: DeploymentID
  /// The version of the deployment.
  public var version: Int64
  /// The name of the pool; empty when that is gone.
  public var pool: String
  /// The name of the queue; empty when that is gone.
  public var queue: String
  /// The time of a schedule that it stands for.
  public var tick: Placement.Tick?
  /// The backfill that made it.
  public var backfillID: BackfillID?
  /// Values for the pool's template, over those of the deployment: a JSON object as text; empty for none.
  public var jobVariables: String
  /// The name of the worker that it was last offered to, or that had it when it ended; may be empty.
  public var worker: String

  /// Puts it together.
  public init(
    deploymentID: DeploymentID, version: Int64, pool: String = "", queue: String = "",
    tick: Placement.Tick? = nil, backfillID: BackfillID? = nil, jobVariables: String = "",
    worker: String = ""
  ) {
    self.deploymentID = deploymentID
    self.version = version
    self.pool = pool
    self.queue = queue
    self.tick = tick
    self.backfillID = backfillID
    self.jobVariables = jobVariables
    self.worker = worker
  }
}
