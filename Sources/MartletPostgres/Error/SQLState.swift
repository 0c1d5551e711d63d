// Decides how a five-character SQLSTATE is held, and names the ones this layer acts upon.

/// A SQLSTATE (PostgreSQL manual, appendix A): class in the first two characters, condition in all five.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The five characters as the server sent them.
  public let rawValue: String

  /// Wraps five characters; anything else is kept as it is and matches no class.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The first two characters.
  public var category: Substring { rawValue.prefix(2) }

  /// The five characters.
  public var description: String { rawValue }

  /// A serializable or repeatable-read transaction met a concurrent change.
  public static let serializationFailure = SQLState(rawValue: "40001")
  /// The deadlock detector chose this transaction.
  public static let deadlockDetected = SQLState(rawValue: "40P01")
  /// `lock_timeout` passed, or `NOWAIT` found the row locked.
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  /// `statement_timeout` passed, or someone cancelled the statement.
  public static let queryCanceled = SQLState(rawValue: "57014")
  /// The server is shutting down, or `pg_terminate_backend` was called.
  public static let adminShutdown = SQLState(rawValue: "57P01")
  /// Another backend crashed and the server restarts.
  public static let crashShutdown = SQLState(rawValue: "57P02")
  /// The server is starting up, shutting down or in recovery.
  public static let cannotConnectNow = SQLState(rawValue: "57P03")
  /// `idle_in_transaction_session_timeout` passed: the server ended the session.
  public static let idleInTransactionTimeout = SQLState(rawValue: "25P03")
  /// A write reached a read-only transaction or a standby.
  public static let readOnlyTransaction = SQLState(rawValue: "25006")
  /// A statement came after the transaction had failed.
  public static let transactionAborted = SQLState(rawValue: "25P02")
  /// `max_connections` is reached.
  public static let tooManyConnections = SQLState(rawValue: "53300")
  /// A row with the same key exists.
  public static let uniqueViolation = SQLState(rawValue: "23505")
  /// A referenced row is missing, or a referring one is left.
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  /// A CHECK constraint refused the row; also: no partition for the row.
  public static let checkViolation = SQLState(rawValue: "23514")
  /// A prepared statement of that name does not exist on the connection.
  public static let unknownStatement = SQLState(rawValue: "26000")
  /// Among others: a cached plan whose result type changed under it.
  public static let featureNotSupported = SQLState(rawValue: "0A000")
  /// The database named in the connection string does not exist.
  public static let unknownDatabase = SQLState(rawValue: "3D000")
  /// The store's own: rows, or the time, are not what a decision rested on.
  public static let staleRead = SQLState(rawValue: "MA001")
  /// The store's own: a run that was deleted would be created again.
  public static let deletedRun = SQLState(rawValue: "MA002")
  /// The store's own: a run would be created of a deployment that is gone.
  public static let homelessRun = SQLState(rawValue: "MA003")
  /// The store's own: a run is offered whose hold was given back.
  public static let lapsedHold = SQLState(rawValue: "MA004")
  /// The store's own: a state names a result that is not stored.
  public static let missingResult = SQLState(rawValue: "MA005")
  /// The table does not exist.
  public static let undefinedTable = SQLState(rawValue: "42P01")
}
