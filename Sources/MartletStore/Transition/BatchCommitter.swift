// Decides what happens to a batch when something goes wrong: again, in halves, or without the culprit.

import Logging
import MartletModel
import MartletPostgres

/// Commits the commands of a batch on a connection.
struct BatchCommitter {
  /// How often a transaction is run again.
  let retries: Int
  /// Whether it waits for the locks of limits; else what the limits are to be asked stays without an answer.
  let asksLimits: Bool
  let knowledge: WriterKnowledge
  let logger: Logger

  /// Commits the commands at these places, in as many transactions as it takes.
  /// - Parameter standings: What the limits said of runs that would start.
  func commit(
    _ places: [Int], standings: [RunID: SlotStanding] = [:], into work: inout BatchWork,
    on connection: PostgresConnection
  ) throws {
    var places = places
    var attempts = 0
    var standings = standings
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
        guard asksLimits else {
          work.requests += outcome.slotRequests
          return
        }
        standings = try askLimits(outcome.slotRequests, for: places, in: &work, on: connection)
        places.removeAll { work.answers[$0] != nil }
      } catch let error as PostgresError {
        guard connection.isUsable else { throw error }
        attempts += 1
        switch error.kind {
        case .retryable where attempts <= retries: continue
        case .constraintViolation
        where error.sqlState == .uniqueViolation && attempts <= retries:
          // Someone created the same run between the lock and the insert: it is there to lock now.
          continue
        case .lockTimeout where attempts <= retries:
          places = try setAside(places, in: &work, on: connection)
        case _
        where error.isCausedByData || error.sqlState?.category == "54"
          || error.sqlState == .deletedRun || error.sqlState == .homelessRun
          || error.sqlState == .lapsedHold || error.sqlState == .missingResult:
          // Class 54: a value is too large for an index or for jsonb.
          guard places.count > 1 else {
            work.answers[places[0]] = answer(to: work.commands[places[0]], for: error)
            return
          }
          try commit(
            Array(places[..<(places.count / 2)]), standings: standings, into: &work, on: connection)
          places.removeFirst(places.count / 2)
        default: throw error
        }
      }
    }
  }

  /// What becomes of a command that the database refuses.
  private func answer(to command: Command, for error: PostgresError) -> CommandAnswer {
    switch error.sqlState {
    case .deletedRun: return CommandAnswer(.failure(.deleted(command.runID)))
    case .homelessRun:
      if let deployment = command.newDeployment {
        return CommandAnswer(.failure(.homeless(deployment)))
      }
    case .lapsedHold: return CommandAnswer(.unchanged)
    case .missingResult:
      if let (address, field) = command.result {
        return CommandAnswer(.failure(.resultNotFound(address, field: field)))
      }
    default: break
    }
    logger.error("a command was refused by the database: \(error)")
    return CommandAnswer(.failure(.invalid(InvalidValue(error))))
  }

  /// Asks the limits for runs that would start. When they cannot be asked now, answers the commands that wait for it.
  func askLimits(
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
          attempts <= retries
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

extension Command {
  /// The parent a create names.
  fileprivate var newParent: RunID? { newRun?.parentID }

  /// The deployment a create names.
  fileprivate var newDeployment: DeploymentID? { newRun?.placement?.deploymentID }

  /// The address of the result that it says a run has, and its field.
  fileprivate var result: (address: String, field: String)? {
    let state: RunState
    let field: String
    switch self {
    case .report(let report):
      switch report.item {
      case .propose(let proposed): (state, field) = (proposed, "propose")
      case .tell(let tale): (state, field) = (tale.state, "tell.state")
      case .create: return nil
      }
    case .setState(let override): (state, field) = (override.state, "state")
    default: return nil
    }
    guard case .completed(let completed) = state.detail,
      case .uri(let text)? = completed.result?.body
    else { return nil }
    return (text, "\(field).completed.result.uri")
  }

  private var newRun: NewRun? {
    if case .report(let report) = self { report.newRun } else { nil }
  }
}

extension StoreError {
  /// A batch that the server cut short by `statement_timeout` is worth another try: nobody's deadline
  /// passed.
  init(committing error: any Error) {
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
