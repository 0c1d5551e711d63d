// Decides what happens to a batch when something goes wrong: again, in halves, or without the culprit.

import Logging
import MartletModel
import MartletPostgres
import Metrics

/// Pops batches on a writer's thread and commits them.
final class TransitionWriter: PostgresWorker {
  private let queue: TransitionQueue
  private let knowledge: WriterKnowledge
  private let logger: Logger
  private let afterCommit: @Sendable (CommitEffects) -> Void
  private let batchSize = Metrics.Recorder(label: "martlet_transition_batch_commands")
  private let batchTime = Metrics.Timer(label: "martlet_transition_batch_seconds")
  private let failures = Metrics.Counter(label: "martlet_transition_batch_failures_total")

  init(
    queue: TransitionQueue, knowledge: WriterKnowledge, logger: Logger,
    afterCommit: @escaping @Sendable (CommitEffects) -> Void
  ) {
    self.queue = queue
    self.knowledge = knowledge
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
      try commit(work.open, into: &work, on: connection)
    } catch {
      failure = StoreError(committing: error)
      failures.increment()
      logger.warning("a batch of \(work.open.count) failed: \(error)")
    }
    let time = ContinuousClock.now - start
    // All waiting tasks are resumed in one go: those of one event loop wake it once.
    work.complete(batch, failure: failure)
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

  /// Commits the commands at these places, in as many transactions as it takes.
  private func commit(
    _ places: [Int], into work: inout BatchWork, on connection: PostgresConnection
  ) throws {
    var places = places
    var attempts = 0
    var standings: [RunID: SlotStanding] = [:]
    while !places.isEmpty {
      let transaction = TransitionTransaction(
        commands: places.count == work.commands.count
          ? work.commands : places.map { work.commands[$0] },
        knowledge: knowledge, standings: standings)
      do {
        let outcome = try transaction.run(on: connection)
        for (place, answer) in zip(places, outcome.answers) { work.answers[place] = answer }
        work.effects.formUnion(outcome.effects)
        if outcome.undecided.isEmpty { return }
        places = outcome.undecided.map { places[$0] }
        for place in places { work.answers[place] = nil }
        standings = try askLimits(outcome.slotRequests, for: places, in: &work, on: connection)
        places.removeAll { work.answers[$0] != nil }
      } catch let error as PostgresError {
        guard connection.isUsable else { throw error }
        attempts += 1
        switch error.kind {
        case .retryable where attempts <= queue.limits.retries: continue
        case .constraintViolation
        where error.sqlState == .uniqueViolation && attempts <= queue.limits.retries:
          // Someone created the same run between the lock and the insert: it is there to lock now.
          continue
        case .lockTimeout where attempts <= queue.limits.retries:
          places = try setAside(places, in: &work, on: connection)
        case _
        where error.isCausedByData || error.sqlState?.category == "54"
          || error.sqlState == .deletedRun || error.sqlState == .homelessRun:
          // Class 54: a value is too large for an index or for jsonb.
          guard places.count > 1 else {
            let command = work.commands[places[0]]
            work.answers[places[0]] = CommandAnswer(.failure(refusal(of: command, for: error)))
            return
          }
          try commit(Array(places[..<(places.count / 2)]), into: &work, on: connection)
          places.removeFirst(places.count / 2)
        default: throw error
        }
      }
    }
  }

  /// What is wrong with a command that the database refuses.
  private func refusal(of command: Command, for error: PostgresError) -> CommandError {
    switch error.sqlState {
    case .deletedRun: return .deleted(command.runID)
    case .homelessRun:
      if let deployment = command.newDeployment { return .homeless(deployment) }
    default: break
    }
    logger.error("a command was refused by the database: \(error)")
    return .invalid(InvalidValue(error))
  }

  /// Asks the limits for runs that would start. When they cannot be asked now, answers the commands that wait for it.
  private func askLimits(
    _ requests: [RunSlotRequest], for places: [Int], in work: inout BatchWork,
    on connection: PostgresConnection
  ) throws -> [RunID: SlotStanding] {
    var attempts = 0
    while true {
      do {
        let outcome = try RunSlotTransaction(requests: requests).run(on: connection)
        if outcome.hasChangedLines { work.effects.insert(.lines) }
        if outcome.hasTakenSlots { work.effects.insert(.slots) }
        return outcome.standings
      } catch let error as PostgresError {
        guard connection.isUsable else { throw error }
        attempts += 1
        if error.isRetryable || error.sqlState == .uniqueViolation,
          attempts <= queue.limits.retries
        {
          continue
        }
        logger.warning("the limits of \(requests.count) runs cannot be asked: \(error)")
        for place in places { work.answers[place] = .init(.unavailable(retryAfter: .seconds(1))) }
        return [:]
      }
    }
  }

  /// After a lock was not granted in time: answers the commands on runs that are locked still, and
  /// returns the others.
  private func setAside(
    _ places: [Int], in work: inout BatchWork, on connection: PostgresConnection
  ) throws -> [Int] {
    let commands = places.map { work.commands[$0] }
    let keys = TransitionBatch.keys(of: commands)
    let wanted = Set(keys.runs + keys.parents)
    let (free, existing) = try connection.transaction { pipeline in
      let free = try pipeline.query(SQL.findUnlockedRuns) { $0.bindArray(wanted.sorted()) }
        .map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
      let existing = try pipeline.query(SQL.findRuns) { $0.bindArray(wanted.sorted()) }
        .map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
      return (Set(free), Set(existing))
    }
    let stuck = existing.subtracting(free)
    var rest: [Int] = []
    for (place, command) in zip(places, commands) {
      if stuck.contains(command.runID) || command.newParent.map(stuck.contains) == true {
        work.answers[place] = CommandAnswer(.unavailable(retryAfter: .seconds(1)))
      } else {
        rest.append(place)
      }
    }
    logger.warning("\(places.count - rest.count) reports wait for \(stuck.count) locked runs")
    return rest
  }
}

/// A batch while it is worked on: its commands, one after the other, and their answers so far.
private struct BatchWork {
  var commands: [Command] = []
  var answers: [CommandAnswer?] = []
  var effects: CommitEffects = []

  init(_ batch: [Submission]) {
    for submission in batch {
      commands += submission.commands
      if submission.refused.isEmpty {
        answers += repeatElement(nil, count: submission.commands.count)
      } else {
        answers += submission.refused.map { $0.map { CommandAnswer(.failure(.invalid($0))) } }
      }
    }
  }

  /// The places without an answer.
  var open: [Int] { answers.indices.filter { answers[$0] == nil } }

  /// Calls every submission back: with its answers, or with the failure if one is missing.
  func complete(_ batch: [Submission], failure: StoreError?) {
    var start = 0
    for submission in batch {
      let end = start + submission.commands.count
      let own = answers[start..<end].compactMap { $0 }
      start = end
      if own.count == submission.commands.count {
        submission.completion(.success(own))
      } else {
        submission.completion(
          .failure(failure ?? .failed(message: "a command of the batch got no answer")))
      }
    }
  }
}

extension Command {
  /// The parent a create names.
  fileprivate var newParent: RunID? { newRun?.parentID }

  /// The deployment a create names.
  fileprivate var newDeployment: DeploymentID? { newRun?.placement?.deploymentID }

  private var newRun: NewRun? {
    guard case .report(let report) = self, case .create(let run) = report.item else { return nil }
    return run
  }
}

extension StoreError {
  /// A batch that the server cut short by `statement_timeout` is worth another try: nobody's deadline
  /// passed.
  fileprivate init(committing error: any Error) {
    if let error = error as? PostgresError, error.kind == .queryCanceled {
      self = .unavailable(retryAfter: .seconds(1), message: error.message)
    } else {
      self.init(reading: error)
    }
  }
}

extension InvalidValue {
  /// What the database said of a value that got past validation.
  fileprivate init(_ error: PostgresError) {
    self.init(
      error.constraint ?? error.column ?? "report", "cannot be stored: \(error.message)")
  }
}
