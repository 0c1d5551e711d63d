// Decides how the limits are asked for runs that would start: on a connection of its own, for the lock of a limit may be
// waited for long. Such a run's later commands wait; those of other runs do not.

import Logging
import MartletModel
import MartletPostgres

/// Starts that wait to be asked for.
final class SlotQueue: Sendable {
  private struct State {
    var waiting: [BatchWork] = []
    var wake: @Sendable () -> Void = {}
  }
  private let state = Locked(State())

  /// Sets what is called when there is work.
  func setWaker(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

  /// Lets the rest of a batch wait.
  func add(_ work: BatchWork) {
    let wake = state.withLock {
      $0.waiting.append(work)
      return $0.wake
    }
    wake()
  }

  /// What waits, at most so many commands if that is more than one batch; nil when nothing does.
  func take(commands limit: Int) -> BatchWork? {
    state.withLock { state in
      guard var work = state.waiting.first else { return nil }
      var count = 1
      while count < state.waiting.count,
        work.commands.count + state.waiting[count].commands.count <= limit
      {
        work.append(state.waiting[count])
        count += 1
      }
      state.waiting.removeFirst(count)
      return work
    }
  }
}

/// Asks the limits, and commits the starts that they allow.
final class SlotWriter: PostgresWorker {
  private let queue: TransitionQueue
  private let slots: SlotQueue
  private let committer: BatchCommitter
  private let logger: Logger
  private let afterCommit: @Sendable (CommitEffects) -> Void

  init(
    queue: TransitionQueue, slots: SlotQueue, knowledge: WriterKnowledge, logger: Logger,
    afterCommit: @escaping @Sendable (CommitEffects) -> Void
  ) {
    self.queue = queue
    self.slots = slots
    committer = BatchCommitter(
      retries: queue.limits.retries, asksLimits: true, knowledge: knowledge, logger: logger)
    self.logger = logger
    self.afterCommit = afterCommit
  }

  func work(on connection: PostgresConnection) -> Bool {
    guard var work = slots.take(commands: queue.limits.commandsPerBatch) else { return false }
    let runs = work.openRuns
    var failure: StoreError?
    do {
      let standings = try committer.askLimits(
        work.requests, for: work.open, in: &work, on: connection)
      try committer.commit(work.open, standings: standings, into: &work, on: connection)
    } catch {
      failure = StoreError(committing: error)
      logger.warning("\(runs.count) starts that need slots failed: \(error)")
    }
    finish(work, runs, failure)
    if !work.effects.isEmpty { afterCommit(work.effects) }
    return true
  }

  func fail(_ error: PostgresError) { failAll(StoreError(error)) }

  func stop() {
    failAll(.unavailable(retryAfter: .seconds(1), message: "the server is shutting down"))
  }

  private func failAll(_ error: StoreError) {
    while let work = slots.take(commands: .max) { finish(work, work.openRuns, error) }
  }

  /// Answers, and lets the runs' next commands in.
  private func finish(_ work: BatchWork, _ runs: [RunID], _ failure: StoreError?) {
    var work = work
    work.requests = []
    _ = work.complete(failure: failure)
    queue.release(runs)
  }
}
