// Decides what a worker asks of whatever executes its jobs: processes of this machine now, containers and pods later.

/// How an executor ended.
public struct JobExit: Sendable, Equatable {
  /// What is known of the end.
  public enum Ending: Sendable, Equatable {
    /// It left with a code.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// It is gone, and nobody saw how.
    case lost
  }

  /// The job.
  public var job: JobID
  /// The session in which it reported.
  public var sessionID: String
  /// How it ended.
  public var ending: Ending

  /// Tells of an end.
  public init(job: JobID, sessionID: String, ending: Ending) {
    self.job = job
    self.sessionID = sessionID
    self.ending = ending
  }
}

/// Executes jobs so that they survive the worker.
public protocol Launcher: Sendable {
  /// The type of the pools whose jobs it can execute.
  static var type: String { get }

  /// Finds the jobs that an earlier worker launched: returns those that live, and has `exits` tell of those that ended
  /// meanwhile. Called once, before anything is launched.
  func adopt() async throws -> [Job]

  /// Launches a job; returns when it is on its way, not when the run begins.
  ///
  /// - Throws: what kept it from being launched; nothing of it is left then.
  func launch(_ job: Job) async throws

  /// Asks a job to stop; its end comes by `exits`. One that is not there is passed over.
  ///
  /// - Parameter isUrgent: whether it is to be killed at once: its run is somebody else's.
  func stop(_ id: JobID, isUrgent: Bool) async

  /// Forgets an end that was told to the server; until then it is told again after a restart.
  func forget(_ id: JobID) async

  /// Ends of jobs, each once; one reader.
  var exits: AsyncStream<JobExit> { get }
}
