// Decides what a failed result means: the mapping from SQLSTATE and libpq's state to a kind.

import CPostgres

extension PostgresError.Kind {
  /// The meaning of a SQLSTATE in an established session.
  init(_ state: SQLState) {
    switch state {
    case .serializationFailure, .deadlockDetected, .unknownStatement: self = .retryable
    case .lockNotAvailable: self = .lockTimeout
    case .queryCanceled: self = .queryCanceled
    case .adminShutdown, .crashShutdown, .cannotConnectNow: self = .adminShutdown
    case .idleInTransactionTimeout: self = .connectionLost
    case .readOnlyTransaction: self = .readOnly
    case .transactionAborted: self = .transactionAborted
    case .tooManyConnections: self = .tooManyConnections
    default:
      switch state.category {
      case "08": self = .connectionLost
      case "22": self = .dataError
      case "23": self = .constraintViolation
      case "28", "3D": self = .connectionRefused
      case "40": self = .retryable
      case "53", "58", "XX": self = .serverFailure
      case "57": self = .adminShutdown
      default: self = .statementError
      }
    }
  }
}

extension PostgresConnection {
  /// Reads the error out of a result.
  func error(of result: OpaquePointer, statement: String?) -> PostgresError {
    func field(_ code: Character) -> String? {
      guard let value = code.asciiValue, let text = PQresultErrorField(result, Int32(value)) else {
        return nil
      }
      return String(cString: text)
    }
    // The one-letter codes are those of the ErrorResponse message (manual, 55.8).
    guard let code = field("C") else { return libpqError() }
    let state = SQLState(rawValue: code)
    var error = PostgresError(.init(state), field("M") ?? "", sqlState: state)
    error.detail = field("D")
    error.hint = field("H")
    error.schema = field("s")
    error.table = field("t")
    error.column = field("c")
    error.constraint = field("n")
    error.context = field("W")
    error.statement = statement
    if state == .featureNotSupported, field("R") == "RevalidateCachedQuery" {
      error.kind = .retryable
      hasStaleStatements = true
    }
    if state == .unknownStatement { hasStaleStatements = true }
    if state == .queryCanceled, let request = canceller.request { error.kind = request.reason }
    return error
  }

  /// True if the server ended the session with this error.
  func isFatal(_ result: OpaquePointer) -> Bool {
    // The severity that is never translated (PG_DIAG_SEVERITY_NONLOCALIZED).
    guard let text = PQresultErrorField(result, Int32(UInt8(ascii: "V"))) else { return false }
    let severity = String(cString: text)
    return severity == "FATAL" || severity == "PANIC"
  }

  /// The error libpq reports for the connection itself.
  func libpqError() -> PostgresError {
    PostgresError(.connectionLost, PostgresConnection.message(of: handle))
  }

  static func message(of handle: OpaquePointer) -> String {
    guard let text = PQerrorMessage(handle) else { return "out of memory" }
    var message = String(cString: text)
    while message.last?.isNewline == true { message.removeLast() }
    return message.isEmpty ? "the connection is closed" : message
  }

  /// Marks the connection as broken and returns the error to throw, now and from now on.
  func breaks(_ error: PostgresError) -> PostgresError {
    if let lost { return lost }
    var error = error
    if !error.endsConnection { error.kind = .connectionLost }
    error.outcomeUnknown = state.mayCommit
    lost = error
    return error
  }
}
