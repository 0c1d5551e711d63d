// Decides what goes to the server for each step of a pipeline, and when a statement is prepared.

import CPostgres

extension PostgresConnection {
  static let beginStatements: [Statement] = [
    Statement("martlet_begin", "BEGIN"),
    Statement("martlet_begin_read_only", "BEGIN READ ONLY"),
    Statement("martlet_begin_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
  ]
  static let commitStatement = Statement("martlet_commit", "COMMIT")
  static let rollbackStatement = Statement("martlet_rollback", "ROLLBACK")

  func sendBegin(_ mode: Pipeline.Mode) throws {
    let index = mode == .readWrite ? 0 : mode == .readOnly ? 1 : 2
    try send(PostgresConnection.beginStatements[index]) { _ in }
    state.isInTransaction = true
  }

  func sendCommit() throws {
    let ticket = try send(PostgresConnection.commitStatement) { _ in }
    state.commitOrdinal = ticket.ordinal
    state.isInTransaction = false
    try sendSync()
  }

  func sendRollback() throws {
    try send(PostgresConnection.rollbackStatement) { _ in }
    state.isInTransaction = false
    try sendSync()
  }

  func sendSync() throws {
    if let lost { throw lost }
    guard PQpipelineSync(handle) == 1 else { throw breaks(libpqError()) }
    state.expect(.sync)
    try checkOutput(adding: 5)
  }

  /// Binds and sends one statement, after its Parse if the server does not have it yet.
  @discardableResult
  func send(
    _ statement: Statement, _ bind: (inout ParameterBuffer) throws -> Void
  ) throws -> Pipeline.Ticket {
    if let lost { throw lost }
    guard state.isOpen else { throw PostgresError(.misuse, "no pipeline is open") }
    parameters.removeAll()
    try bind(&parameters)
    guard parameters.count <= Int(UInt16.max), parameters.byteCount <= Int(Int32.max) / 2 else {
      throw PostgresError(.misuse, "the parameters of \(statement.name) are too large")
    }
    var name = statement.name
    if statement.planning == .everyTime {
      name = ""
      try sendPrepare(statement, as: name)
    } else if let sql = prepared[statement.name] {
      guard sql == statement.sql else {
        throw PostgresError(.misuse, "two statements are named \(statement.name)")
      }
    } else {
      try sendPrepare(statement, as: name)
      prepared[statement.name] = statement.sql
    }
    let count = parameters.count
    addresses.removeAll(keepingCapacity: true)
    let base = UnsafeRawPointer(parameters.base).assumingMemoryBound(to: CChar.self)
    for index in 0..<count {
      addresses.append(parameters.lengths[index] < 0 ? nil : base + parameters.offsets[index])
    }
    while formats.count < count { formats.append(1) }
    guard
      PQsendQueryPrepared(
        handle, name, Int32(count), addresses, parameters.lengths, formats, 1) == 1
    else { throw breaks(libpqError()) }
    let ordinal = state.newSlot(statement.name)
    state.expect(.statement(ordinal: ordinal))
    try checkOutput(adding: parameters.byteCount + 64)
    return Pipeline.Ticket(ordinal: ordinal, scope: state.scope)
  }

  private func sendPrepare(_ statement: Statement, as name: String) throws {
    let types = statement.parameterTypes
    guard PQsendPrepare(handle, name, statement.sql, Int32(types.count), types) == 1 else {
      throw breaks(libpqError())
    }
    state.expect(.prepare(name: name))
    try checkOutput(adding: statement.sql.utf8.count + 64)
  }

  /// Stops sending while too much waits for the socket: memory stays bounded.
  private func checkOutput(adding bytes: Int) throws {
    unflushed += bytes
    if unflushed > PostgresConnection.outputLimit { try drainOutput() }
  }
}
