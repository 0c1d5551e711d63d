// Decides how a program learns that the server does not want a run to begin or to go on here.

/// Why the server does not want a run to go on here.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The run belongs to another process, or to none any more.
  case fenced(reason: String)
  /// The state machine says no.
  case refused(reason: String)
  /// Somebody stopped it before it began.
  case cancelled
  /// The report is wrong.
  case rejected(reason: String, message: String, field: String)

  /// One line for people.
  public var description: String {
    switch self {
    case .fenced(let reason): "the run is not this process's any more: \(reason)"
    case .refused(let reason): "the server refuses: \(reason)"
    case .cancelled: "the run was cancelled before it began"
    case .rejected(_, let message, let field): field.isEmpty ? message : "\(field): \(message)"
    }
  }
}
