// Decides how one snapshot of a Prefect database serves an import that awaits other things between its reads: a thread keeps
// the transaction open, and answers one question after another in it.

import Dispatch
import MartletPostgres

/// The thread's side of a reading: what is asked waits here.
///
/// Unchecked: the state is behind a lock, and the semaphore is made for threads.
final class PrefectSession: PostgresWorker, @unchecked Sendable {
  /// What is asked within the snapshot.
  struct Job: Sendable {
    /// Asks it.
    var ask: @Sendable (borrowing Pipeline) -> Void
    /// Is told when it cannot be asked.
    var fail: @Sendable (PostgresError) -> Void
  }

  private struct State {
    var jobs: [Job] = []
    var hasBegun = false
    var isClosed = false
    var error: PostgresError?
  }

  private let state = Locked(State())
  private let arrivals = DispatchSemaphore(value: 0)

  /// Hands a question over; it is always answered.
  func add(_ job: Job) {
    let error = state.withLock { state -> PostgresError? in
      if let error = state.error { return error }
      state.jobs.append(job)
      return nil
    }
    if let error { job.fail(error) } else { arrivals.signal() }
  }

  /// Ends the transaction; what is asked from here on fails.
  func close() {
    state.withLock { $0.isClosed = true }
    arrivals.signal()
  }

  /// Serves until the end. A connection that is lost is not made anew: another snapshot would be of another time.
  func work(on connection: PostgresConnection) -> Bool {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
    guard isFirst else { return false }
    do {
      try connection.transaction(.snapshot) { pipeline in
        while let job = next() { job.ask(pipeline) }
      }
    } catch {
      end(with: error as? PostgresError ?? PostgresError(.cancelled, "\(error)"))
    }
    return false
  }

  func fail(_ error: PostgresError) { end(with: error) }

  func stop() { end(with: PostgresError(.cancelled, "the reading has ended")) }

  /// The next question, waited for; nil at the end.
  private func next() -> Job? {
    while true {
      arrivals.wait()
      let (job, isOver) = state.withLock { state in
        (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
      }
      if let job { return job }
      if isOver { return nil }
    }
  }

  private func end(with error: PostgresError) {
    let jobs = state.withLock { state -> [Job] in
      state.error = state.error ?? error
      defer { state.jobs = [] }
      return state.jobs
    }
    for job in jobs { job.fail(error) }
  }
}
