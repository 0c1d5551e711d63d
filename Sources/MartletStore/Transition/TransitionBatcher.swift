// Decides how transitions are submitted: many callers, one queue, a batch whenever a writer is idle.

public import Logging
public import MartletModel
public import MartletPostgres
import Metrics
import Synchronization

/// Commits transitions in groups: whatever waits when a writer's connection becomes idle goes into one
/// transaction. There is no timer: alone, a command costs one commit; under load, batches grow.
///
/// Commands on one run are decided in the order they were submitted. Repeating a submission whose
/// outcome is not known is safe: every consumed seq is answered again.
public final class TransitionBatcher: Sendable {
  /// What is called with the answers, in the order of the commands, on a writer's thread: it must not
  /// block.
  public typealias Completion = @Sendable (Result<[CommandAnswer], StoreError>) -> Void

  private let queue: TransitionQueue
  let knowledge: WriterKnowledge
  private let writers: [PostgresWriter]
  /// Asks the limits for runs that would start.
  private let slotWriter: PostgresWriter

  /// Starts the writers, which connect at once.
  /// - Parameters:
  ///   - afterCommit: Called on a writer's thread after each commit that changed what somebody may wait for.
  public init(
    _ configuration: PostgresConfiguration, limits: BatchLimits = BatchLimits(),
    timing: TransitionTiming = .standard, writers: Int = 1, logger: Logger,
    afterCommit: @escaping @Sendable (CommitEffects) -> Void = { _ in }
  ) {
    var configuration = configuration.planningByKey
    configuration.lockTimeout = limits.lockTimeout
    configuration.statementTimeout = limits.statementTimeout
    configuration.idleInTransactionTimeout = limits.idleInTransactionTimeout
    configuration.responseTimeout = limits.statementTimeout + .seconds(5)
    let queue = TransitionQueue(limits: limits, writers: writers)
    let slots = SlotQueue()
    let knowledge = WriterKnowledge(timing: timing)
    self.queue = queue
    self.knowledge = knowledge
    self.writers = (0..<max(1, writers)).map { index in
      PostgresWriter(
        configuration, name: "pg-writer-\(index)",
        worker: TransitionWriter(
          queue: queue, slots: slots, knowledge: knowledge, logger: logger,
          afterCommit: afterCommit),
        logger: logger)
    }
    slotWriter = PostgresWriter(
      configuration, name: "pg-slots",
      worker: SlotWriter(
        queue: queue, slots: slots, knowledge: knowledge, logger: logger, afterCommit: afterCommit),
      logger: logger)
    slots.setWaker { [slotWriter] in slotWriter.wake() }
    queue.setWaker { [writers = self.writers] in
      // One that sleeps takes all there is; busy ones look again by themselves.
      if writers.contains(where: { $0.isConnected && $0.wake() }) { return }
      if !writers.contains(where: \.isConnected) { for writer in writers { writer.wake() } }
    }
  }

  /// Submits commands and waits for their answers, which come in the order of the commands.
  ///
  /// A command that cannot be decided fails alone. The call throws only when nothing is known of any.
  /// - Throws: `unavailable` without a database or when the outcome is not known: submit the same
  ///   again; `resourceExhausted` when too much waits.
  public func submit(
    _ commands: [Command], acceptsAnyID: Bool = false
  ) async throws(StoreError) -> [CommandAnswer] {
    let result = await withCheckedContinuation { continuation in
      submit(commands, acceptsAnyID: acceptsAnyID) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Submits commands; `completion` is called once, maybe before this returns.
  public func submit(
    _ commands: [Command], acceptsAnyID: Bool = false, completion: @escaping Completion
  ) {
    queue.submit(Submission(commands, acceptsAnyID: acceptsAnyID, completion: completion))
  }

  /// Submits one command and waits for its answer.
  public func submit(_ command: Command) async throws(StoreError) -> CommandAnswer {
    try await submit([command])[0]
  }

  /// The transactions so far, by how they came to their decisions.
  var roads: BatchRoads { knowledge.roads }

  /// The number of commands that wait and of writers that have a connection.
  public var load: (waiting: Int, connected: Int) {
    (queue.waiting, writers.count { $0.isConnected })
  }

  /// Waits until every writer has a connection.
  /// - Throws: `unavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws(StoreError) {
    do {
      for writer in writers + [slotWriter] { try await writer.waitUntilConnected(timeout: timeout) }
    } catch { throw StoreError(reading: error) }
  }

  /// Refuses new submissions, finishes what waits, ends the writers.
  public func shutdown() async {
    queue.close()
    await queue.drain()
    for writer in writers + [slotWriter] { await writer.shutdown() }
  }
}

/// How much one batch and the queue before it may hold, and how long a transaction may take.
public struct BatchLimits: Sendable {
  /// Most commands in one transaction.
  public var commandsPerBatch = 1024
  /// Most bytes in one transaction, as the queue weighs them.
  public var bytesPerBatch = 8 << 20
  /// Most commands that may wait.
  public var waitingCommands = 64 << 10
  /// Most bytes that may wait.
  public var waitingBytes = 64 << 20
  /// How long a batch waits for the lock of one run; then only what that run holds up fails.
  public var lockTimeout = Duration.seconds(2)
  /// How long one statement of a batch may take.
  public var statementTimeout = Duration.seconds(10)
  /// How long Postgres keeps the locks of a replica that has stopped in the middle of a batch.
  public var idleInTransactionTimeout = Duration.seconds(5)
  /// How often a batch is run again after a deadlock or a serialization failure.
  public var retries = 8

  /// The defaults.
  public init() {}
}
