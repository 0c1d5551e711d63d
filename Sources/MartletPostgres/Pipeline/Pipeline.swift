// Decides how statements are sent and their results received: in any order, never lost, never mixed.

/// A use of a connection in libpq's pipeline mode, for the time of one closure.
///
/// Statements are sent as they are executed and answered later. A Sync ends a segment: without
/// ``begin(_:)`` each segment is a transaction of its own, and after an error the server skips the
/// rest of its segment. Whatever the closure leaves open is put in order when it ends: results are
/// drained, an open transaction is rolled back, and an error that nobody received is thrown.
public struct Pipeline: ~Copyable {
  /// What a transaction promises.
  public enum Mode: Sendable {
    /// `BEGIN`.
    case readWrite
    /// `BEGIN READ ONLY`.
    case readOnly
    /// `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`: one snapshot for all statements.
    case snapshot
  }

  /// The promise of one statement's result.
  public struct Ticket: Sendable, Hashable {
    let ordinal: Int
    let scope: UInt64
  }

  let connection: PostgresConnection

  /// Sends a statement with its parameters, prepared before if the connection has not seen it.
  /// - Throws: `connectionLost` or `misuse`; an error of the statement itself comes from
  ///   ``receive(_:)``.
  @discardableResult
  public func execute(
    _ statement: Statement, _ bind: (inout ParameterBuffer) throws -> Void
  ) throws -> Ticket {
    try connection.checkJob()
    return try connection.send(statement, bind)
  }

  /// Sends a statement without parameters.
  @discardableResult
  public func execute(_ statement: Statement) throws -> Ticket {
    try connection.checkJob()
    return try connection.send(statement) { _ in }
  }

  /// Sends `BEGIN`.
  public func begin(_ mode: Mode = .readWrite) throws {
    try connection.sendBegin(mode)
  }

  /// Sends `COMMIT` and a Sync. A COMMIT that fails is thrown when the closure ends or by
  /// ``finish()``.
  public func commit() throws {
    try connection.sendCommit()
  }

  /// Sends `ROLLBACK` and a Sync.
  public func rollback() throws {
    try connection.sendRollback()
  }

  /// Sends a Sync: the end of a segment. From here the server's time-outs for idle transactions run.
  public func sync() throws {
    try connection.sendSync()
  }

  /// Waits for the result of a statement; sends a Sync first if none was sent since.
  ///
  /// Tickets may be received in any order, each once.
  /// - Throws: ``PostgresError``: the statement's own, or that of the first statement which failed
  ///   in its segment.
  public func receive(_ ticket: Ticket) throws -> PostgresRows {
    try connection.receive(ticket)
  }

  /// Sends a Sync if one is due, waits for every result, and throws the first error that nobody
  /// received.
  public func finish() throws {
    try connection.finish()
  }

  /// Sends a statement and waits for its result: one round trip.
  public func query(
    _ statement: Statement, _ bind: (inout ParameterBuffer) throws -> Void
  ) throws -> PostgresRows {
    try receive(execute(statement, bind))
  }

  /// Sends a statement without parameters and waits for its result.
  public func query(_ statement: Statement) throws -> PostgresRows {
    try receive(execute(statement))
  }
}

extension PostgresConnection {
  /// Runs a closure with the connection's pipeline.
  /// - Throws: what the closure throws; else the first error that nobody received.
  public func pipeline<Result>(
    _ body: (borrowing Pipeline) throws -> Result
  ) throws -> Result {
    try enterScope()
    let value: Result
    do {
      value = try body(Pipeline(connection: self))
    } catch {
      abandonScope()
      throw error
    }
    try leaveScope()
    return value
  }

  /// Runs a closure between `BEGIN` and `COMMIT`; rolls back if it throws.
  ///
  /// The first round trip of the closure carries the BEGIN; the last statements travel with the
  /// COMMIT.
  public func transaction<Result>(
    _ mode: Pipeline.Mode = .readWrite, _ body: (borrowing Pipeline) throws -> Result
  ) throws -> Result {
    try pipeline { pipeline in
      try pipeline.begin(mode)
      let value = try body(pipeline)
      try pipeline.commit()
      try pipeline.finish()
      return value
    }
  }

  /// Sends one statement in a transaction of its own and waits for its result.
  public func query(
    _ statement: Statement, _ bind: (inout ParameterBuffer) throws -> Void = { _ in }
  ) throws -> PostgresRows {
    // Not by pipeline(_:): the 6.3 optimizer aborts when it specializes that for noncopyable rows.
    try enterScope()
    let rows: PostgresRows
    do {
      try checkJob()
      rows = try receive(send(statement, bind))
    } catch {
      abandonScope()
      throw error
    }
    try leaveScope()
    return rows
  }
}
