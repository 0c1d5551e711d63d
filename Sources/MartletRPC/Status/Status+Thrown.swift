// Decides what the caller is told of an error that a handler threw: what was meant for it, and nothing of
// what was not.

import MartletCall
import MartletWire

extension Status {
  /// What an error means to the caller.
  init(thrown error: any Error) {
    switch error {
    case let status as Status: self = status
    case let error as WireError: self = Status(error)
    case let error as any StatusConvertible: self = error.status
    case is CancellationError: self = Status(.cancelled, "the call was cancelled")
    default: self = Status(.internal, "internal error").with(reason: "INTERNAL")
    }
  }

  /// What a malformed message means to the caller.
  init(_ error: WireError) {
    let reason =
      switch error.reason {
      case .malformed: "MALFORMED_MESSAGE"
      case .truncated: "TRUNCATED_MESSAGE"
      case .tooLarge: "MESSAGE_TOO_LARGE"
      case .tooDeep: "MESSAGE_TOO_DEEP"
      case .invalidUTF8: "INVALID_UTF8"
      case .embeddedNUL: "EMBEDDED_NUL"
      case .unknownField: "UNKNOWN_FIELD"
      case .duplicateKey: "DUPLICATE_KEY"
      case .typeMismatch: "TYPE_MISMATCH"
      case .outOfRange: "VALUE_OUT_OF_RANGE"
      case .unrepresentable: "UNREPRESENTABLE"
      }
    self = Status.invalid(field: error.path, error.message, reason: reason)
    if error.reason == .tooLarge { code = .resourceExhausted }
  }
}
