// Decides how answers are matched to tickets, how errors spread over a segment, and how a pipeline
// is put in order when its closure ends.

import CPostgres

extension PostgresConnection {
  func receive(_ ticket: Pipeline.Ticket) throws -> PostgresRows {
    guard state.isOpen, ticket.scope == state.scope else {
      throw PostgresError(.misuse, "a ticket of another pipeline")
    }
    if ticket.ordinal >= state.syncedOrdinal { try sendSync() }
    while case .awaited = state.slots[ticket.ordinal] { try takeAnswer() }
    switch state.slots[ticket.ordinal] {
    case .result(let result):
      state.slots[ticket.ordinal] = .taken
      return PostgresRows(result)
    case .failed(let index):
      state.failures[index].seen = true
      throw state.failures[index].error
    case .taken, .awaited:
      throw PostgresError(.misuse, "the result of \(state.names[ticket.ordinal]) was taken before")
    }
  }

  func finish() throws {
    if state.needsSync { try sendSync() }
    while !state.isIdle { try takeAnswer() }
    if let index = state.failures.firstIndex(where: { !$0.seen }) {
      state.failures[index].seen = true
      throw state.failures[index].error
    }
  }

  func enterScope() throws {
    if let lost { throw lost }
    guard !state.isOpen else { throw PostgresError(.misuse, "a pipeline inside a pipeline") }
    state.scope += 1
    state.isOpen = true
    if hasStaleStatements { try forgetStatements() }
  }

  func leaveScope() throws {
    defer { discardResults() }
    do {
      try finish()
    } catch {
      _ = try? rollBackIfOpen()
      throw error
    }
    if try rollBackIfOpen() {
      throw PostgresError(.misuse, "the pipeline ended inside a transaction; it was rolled back")
    }
  }

  /// After an error: sync and drain, roll back what is open. A failure here breaks the connection,
  /// which the next use will tell.
  func abandonScope() {
    defer { discardResults() }
    guard lost == nil else { return }
    do {
      if state.needsSync { try sendSync() }
      while !state.isIdle { try takeAnswer() }
      try rollBackIfOpen()
    } catch {
      if lost == nil { _ = breaks(PostgresError(.connectionLost, "cannot roll back: \(error)")) }
    }
  }

  /// Ends the scope and frees the results nobody took.
  func discardResults() {
    for result in state.closeScope() { PQclear(result) }
  }

  /// True if there was a transaction to roll back.
  @discardableResult
  private func rollBackIfOpen() throws -> Bool {
    guard lost == nil, PQtransactionStatus(handle) != PQTRANS_IDLE else { return false }
    try sendRollback()
    while !state.isIdle { try takeAnswer() }
    guard PQtransactionStatus(handle) == PQTRANS_IDLE else {
      throw breaks(PostgresError(.connectionLost, "the transaction could not be rolled back"))
    }
    return true
  }

  private func forgetStatements() throws {
    hasStaleStatements = false
    prepared.removeAll()
    try send(Statement("", "DEALLOCATE ALL", planning: .everyTime)) { _ in }
    prepared.removeAll()
  }

  /// Takes the server's next answer and files it.
  private func takeAnswer() throws {
    guard let expected = state.next else {
      throw PostgresError(.misuse, "nothing is on its way")
    }
    guard let result = try nextResult() else {
      if let lost { throw lost }
      guard PQstatus(handle) == CONNECTION_OK else { throw breaks(libpqError()) }
      throw breaks(PostgresError(.connectionLost, "libpq lost count of the pipeline"))
    }
    let status = PQresultStatus(result)
    if PQstatus(handle) != CONNECTION_OK {
      defer { PQclear(result) }
      throw breaks(error(of: result, statement: nil))
    }
    switch expected {
    case .sync:
      PQclear(result)
      guard status == PGRES_PIPELINE_SYNC else {
        throw breaks(PostgresError(.connectionLost, "expected a Sync's answer"))
      }
      state.segmentFailure = nil
    case .prepare(let name):
      // The statement behind it is skipped by the server, and carries the error.
      if failure(status, result, statement: name) != nil { prepared[name] = nil }
      PQclear(result)
      try endOfResults()
    case .statement(let ordinal):
      if let failure = failure(status, result, statement: state.names[ordinal]) {
        state.slots[ordinal] = .failed(failure)
        PQclear(result)
      } else {
        state.slots[ordinal] = .result(result)
        checkCommit(ordinal, result)
      }
      try endOfResults()
    }
    state.advance()
  }

  /// The index of the failure a result stands for; nil if it is a success.
  private func failure(
    _ status: ExecStatusType, _ result: OpaquePointer, statement: String
  ) -> Int? {
    switch status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
    case PGRES_PIPELINE_ABORTED:
      if let index = state.segmentFailure { return index }
      return state.fail(PostgresError(.transactionAborted, "skipped by the server"))
    default:
      let error = error(of: result, statement: statement)
      // A FATAL error is the backend's last word.
      return state.fail(isFatal(result) ? breaks(error) : error)
    }
  }

  /// COMMIT in a failed transaction succeeds as a ROLLBACK: that is a failure here.
  private func checkCommit(_ ordinal: Int, _ result: OpaquePointer) {
    guard ordinal == state.commitOrdinal else { return }
    state.commitOrdinal = nil
    guard let tag = PQcmdStatus(result), String(cString: tag) != "COMMIT" else { return }
    PQclear(result)
    let error = PostgresError(.transactionAborted, "the transaction had failed and was rolled back")
    state.failures.append((error, false))
    state.slots[ordinal] = .failed(state.failures.count - 1)
  }

  /// Every statement's results end with a nil from libpq.
  private func endOfResults() throws {
    while let extra = try nextResult() {
      PQclear(extra)
      if PQstatus(handle) != CONNECTION_OK { throw breaks(libpqError()) }
    }
  }
}
