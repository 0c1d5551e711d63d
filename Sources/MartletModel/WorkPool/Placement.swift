// Decides what ties a run to a deployment and to the pool whose workers may take it.

/// Where a run came from and where it waits for a worker; written with the run, never changed.
public struct Placement: Sendable, Equatable {
  /// The deployment.
  public var deploymentID: DeploymentID
  /// The version of the deployment.
  public var version: Int64
  /// The pool.
  public var poolID: PoolID
  /// The queue of the pool.
  public var queueID: QueueID
  /// The time of a schedule that the run stands for; nil when somebody asked for the run.
  public var tick: Tick?
  /// The backfill that made it.
  public var backfillID: BackfillID?
  /// Values for the pool's template, over those of the deployment: a JSON object as text; empty for none.
  public var jobVariables: String
  /// What a worker must have.
  public var workerLabels: [String: String]
  /// What must happen before it is offered.
  public var gate: Gate

  /// A time of a schedule.
  public struct Tick: Sendable, Hashable {
    /// The schedule.
    public var scheduleID: ScheduleID
    /// The time that the schedule names, without jitter.
    public var time: Instant

    /// Makes a tick.
    public init(scheduleID: ScheduleID, time: Instant) {
      self.scheduleID = scheduleID
      self.time = time
    }
  }

  /// What must happen before a run is offered to workers, beside its due time.
  ///
  /// The numbers are stored in SQL: never change or reuse one.
  public enum Gate: Int16, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case open = 0
    /// The scheduler lets it go when its time has come: by its policies for overlap and for what was missed.
    case undecided = 1
    /// Another run of its schedule ends.
    case buffered = 2
    /// Its backfill has room for it.
    case backfill = 3
  }

  /// Places a run.
  public init(
    deploymentID: DeploymentID, version: Int64, poolID: PoolID, queueID: QueueID,
    tick: Tick? = nil, backfillID: BackfillID? = nil, jobVariables: String = "",
    workerLabels: [String: String] = [:], gate: Gate = .open
  ) {
    self.deploymentID = deploymentID
    self.version = version
    self.poolID = poolID
    self.queueID = queueID
    self.tick = tick
    self.backfillID = backfillID
    self.jobVariables = jobVariables
    self.workerLabels = workerLabels
    self.gate = gate
  }
}
