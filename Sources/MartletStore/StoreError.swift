// Decides how the store's failures are told apart: by what the caller should do next.

import MartletModel
public import MartletPostgres

/// Why the store did not do what it was asked.
public enum StoreError: Error, Sendable, Equatable {
  /// There is no such thing in the namespace; `resource` is "run", "flow", "artifact" or "session".
  case notFound(resource: String, name: String)
  /// The name or id is taken by something else.
  case alreadyExists(resource: String, name: String)
  /// The row changed since the caller read it.
  case etagMismatch(current: Int64)
  /// No database for the moment, or the outcome is not known: repeat the same request after a pause.
  case unavailable(retryAfter: Duration, message: String)
  /// A value may not be stored: the field and what is wrong, to be read one after the other.
  case invalid(field: String, why: String)
  /// Too much is waiting: slow down and repeat.
  case resourceExhausted(retryAfter: Duration, message: String)
  /// A position outside what is kept; the reason is a stable upper-snake word.
  case outOfRange(reason: String, message: String)
  /// Something does not stand as the request needs it; the reason is a stable upper-snake word.
  case failedPrecondition(reason: String, subject: String, message: String)
  /// The bytes of an upload that are kept end elsewhere than those of the stream begin.
  case uploadOffset(received: Int64)
  /// The caller's own deadline passed first.
  case deadlineExceeded
  /// The caller went away.
  case cancelled
  /// A defect: of the program or of the database.
  case failed(message: String)

  /// The reason of ``outOfRange`` for a resume token that is older than what is kept, or of a
  /// database that has been restored since.
  public static let resumeTokenExpired = "RESUME_TOKEN_EXPIRED"

  /// The reason of ``failedPrecondition`` for a stream whose upload another stream goes on with.
  public static let uploadTakenOver = "UPLOAD_TAKEN_OVER"

  /// A run that was deleted; the reason is that of a report of it.
  static func runDeleted(_ run: RunID) -> StoreError {
    .failedPrecondition(
      reason: "RUN_DELETED", subject: "run:\(run)",
      message: "the run \(run) was deleted: nothing of it is kept any more")
  }

  /// Reads an error of the database layer.
  public init(_ error: PostgresError) {
    switch error.kind {
    case .dataError, .constraintViolation:
      self = .invalid(
        field: error.column ?? error.constraint ?? "value", why: "is refused: \(error.message)")
    case .connectionUnavailable(let retryAfter):
      self = .unavailable(
        retryAfter: max(retryAfter, .milliseconds(100)), message: error.message)
    case .connectionLost, .adminShutdown, .tooManyConnections, .readOnly, .connectionRefused,
      .lockTimeout, .retryable, .transactionAborted:
      self = .unavailable(retryAfter: .milliseconds(500), message: error.message)
    case .overloaded:
      self = .resourceExhausted(retryAfter: .seconds(1), message: error.message)
    case .deadlineExceeded, .queryCanceled: self = .deadlineExceeded
    case .cancelled: self = .cancelled
    case .serverFailure:
      self = .unavailable(retryAfter: .seconds(2), message: error.message)
    case .statementError, .decodingError, .misuse: self = .failed(message: "\(error)")
    }
  }

  /// Reads any error that a use of the database may end in.
  init(reading error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case let error as PostgresError: self.init(error)
    case is CancellationError: self = .cancelled
    default: self = .failed(message: "\(error)")
    }
  }
}
