// Decides what a caller can tell apart when Postgres refuses or vanishes: one error type, one kind.

/// A statement, a connection or this layer's own check failed.
public struct PostgresError: Error, Equatable, Sendable {
  /// What the failure means for the caller's next step.
  public enum Kind: Equatable, Sendable {
    /// A value was refused (SQLSTATE class 22): only the row that carried it is at fault.
    case dataError
    /// A constraint refused a row (class 23): see ``PostgresError/constraint``.
    case constraintViolation
    /// Deadlock, serialization failure or a stale plan: the same transaction may be run again at once.
    case retryable
    /// A lock was not granted within `lock_timeout`.
    case lockTimeout
    /// The server cancelled the statement: `statement_timeout`, or a cancel that this layer did not send.
    case queryCanceled
    /// The caller's deadline passed; the statement was cancelled or never started.
    case deadlineExceeded
    /// The caller's task was cancelled; so was the statement, if it had started.
    case cancelled
    /// The connection broke while it was in use. See ``PostgresError/outcomeUnknown``.
    case connectionLost
    /// There is no connection at the moment; nothing was sent. Try again after the given time.
    case connectionUnavailable(retryAfter: Duration)
    /// The queue in front of the pool is full; nothing was sent.
    case overloaded
    /// The server has no free connection slot.
    case tooManyConnections
    /// The server takes no writes: a standby, or a read-only transaction.
    case readOnly
    /// The server is stopping, starting or recovering; the connection is gone.
    case adminShutdown
    /// Out of memory, disk or another resource of the server (class 53, 58, XX).
    case serverFailure
    /// Wrong password, unknown role or database, refused host: reconnecting will not help by itself.
    case connectionRefused
    /// The transaction had failed before this statement, or its COMMIT turned into a ROLLBACK.
    case transactionAborted
    /// Everything else the server said: wrong SQL, missing table, missing privilege.
    case statementError
    /// A value of the result does not have the type or the shape that was asked for.
    case decodingError
    /// The caller broke a rule of this layer; a defect of the program.
    case misuse
  }

  /// What the failure means for the caller's next step.
  public var kind: Kind
  /// The server's SQLSTATE, if the failure came from the server.
  public var sqlState: SQLState?
  /// One line for people.
  public var message: String
  /// The server's DETAIL.
  public var detail: String?
  /// The server's HINT.
  public var hint: String?
  /// The schema, table, column and constraint at fault, where the server names them.
  public var schema: String?
  /// The table at fault.
  public var table: String?
  /// The column at fault.
  public var column: String?
  /// The constraint at fault.
  public var constraint: String?
  /// Where in the server's stack it happened (CONTEXT).
  public var context: String?
  /// The name of the statement that failed, where one did.
  public var statement: String?
  /// True if a commit was on its way when the connection broke: it may or may not have happened.
  public var outcomeUnknown: Bool

  /// An error of this layer, without anything from a server.
  public init(_ kind: Kind, _ message: String, sqlState: SQLState? = nil) {
    self.kind = kind
    self.message = message
    self.sqlState = sqlState
    self.outcomeUnknown = false
  }

  /// True if the whole transaction may be run again and is expected to pass.
  public var isRetryable: Bool { kind == .retryable }

  /// True if the error is due to one of the values sent: splitting a batch finds it.
  public var isCausedByData: Bool { kind == .dataError || kind == .constraintViolation }

  /// True if the connection can no longer be used.
  public var endsConnection: Bool {
    switch kind {
    case .connectionLost, .connectionUnavailable, .adminShutdown: return true
    default: return false
    }
  }
}

extension PostgresError: CustomStringConvertible {
  /// Message, SQLSTATE, detail and where, on one line.
  public var description: String {
    var text = message
    if let sqlState { text += " (SQLSTATE \(sqlState))" }
    if let detail { text += "; \(detail)" }
    if let constraint { text += "; constraint \(constraint)" }
    if let statement { text += "; statement \(statement)" }
    if let hint { text += "; \(hint)" }
    return text
  }
}
