// Decides what a writer does with a batch: it commits what it can, and leaves to another connection what the limits are
// to be asked for, so that no transition ever waits for the lock of a limit.

import Logging
import MartletModel
import MartletPostgres
import Metrics

/// Pops batches on a writer's thread and commits them.
final class TransitionWriter: PostgresWorker {
  private let queue: TransitionQueue
  private let slots: SlotQueue
  private let committer: BatchCommitter
  private let logger: Logger
  private let afterCommit: @Sendable (CommitEffects) -> Void
  private let batchSize = Metrics.Recorder(label: "martlet_transition_batch_commands")
  private let batchTime = Metrics.Timer(label: "martlet_transition_batch_seconds")
  private let failures = Metrics.Counter(label: "martlet_transition_batch_failures_total")

  init(
    queue: TransitionQueue, slots: SlotQueue, knowledge: WriterKnowledge, logger: Logger,
    afterCommit: @escaping @Sendable (CommitEffects) -> Void
  ) {
    self.queue = queue
    self.slots = slots
    committer = BatchCommitter(
      retries: queue.limits.retries, asksLimits: false, knowledge: knowledge, logger: logger)
    self.logger = logger
    self.afterCommit = afterCommit
  }

  func work(on connection: PostgresConnection) -> Bool {
    let batch = queue.take()
    guard !batch.isEmpty else { return false }
    let start = ContinuousClock.now
    var work = BatchWork(batch)
    var failure: StoreError?
    do {
      try committer.commit(work.open, into: &work, on: connection)
    } catch {
      failure = StoreError(committing: error)
      failures.increment()
      logger.warning("a batch of \(work.open.count) failed: \(error)")
    }
    let time = ContinuousClock.now - start
    // All waiting tasks are resumed in one go: those of one event loop wake it once.
    let asking = work.complete(failure: failure)
    if !asking.submissions.isEmpty {
      queue.hold(asking.openRuns)
      slots.add(asking)
    }
    queue.finish(batch)
    if !work.effects.isEmpty { afterCommit(work.effects) }
    batchSize.record(work.commands.count)
    batchTime.recordNanoseconds(
      time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000)
    return true
  }

  func fail(_ error: PostgresError) {
    queue.fail(StoreError(error))
  }

  func stop() {
    queue.fail(.unavailable(retryAfter: .seconds(1), message: "the server is shutting down"))
  }
}
