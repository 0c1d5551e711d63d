// Decides what a worker lets people know.

public import MartletProto

/// What happens to a worker.
public enum WorkerNews: Sendable {
  /// It begins to take runs; the id is the server's, empty while that has not told it.
  case started(id: String)
  /// Executors of an earlier worker live.
  case adopted(Int)
  /// It was offered a run.
  case submitting(Run)
  /// The run's executor is on its way.
  case submitted(Run)
  /// The run went back.
  case declined(Run, reason: String)
  /// An executor has ended.
  case ended(JobExit)
  /// It takes no more.
  case draining(left: Int)
  /// The server is away; it is tried again.
  case disconnected(String)
}
