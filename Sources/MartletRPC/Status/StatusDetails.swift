// Decides how a handler makes an error that programs and people can act on: a code, a sentence, one
// `ErrorInfo` with a stable reason, and what else fits.

public import MartletCall

extension Status {
  /// The domain of every reason of Martlet's.
  public static let reasonDomain = "martlet.dev"

  /// The status with one detail more.
  public func with(_ detail: StatusDetail) -> Status {
    var status = self
    status.details.append(detail.encoded)
    return status
  }

  /// The status with a stable reason in upper snake case, put first; it replaces an earlier one.
  public func with(reason: String, metadata: [String: String] = [:]) -> Status {
    var status = self
    status.details.removeAll { $0.typeURL == StatusDetail.typePrefix + "google.rpc.ErrorInfo" }
    let info = StatusDetail.errorInfo(
      reason: reason, domain: Self.reasonDomain, metadata: metadata)
    status.details.insert(info.encoded, at: 0)
    return status
  }

  /// The status with the time after which it is worth trying again.
  public func with(retryAfter delay: Duration) -> Status { with(.retryInfo(delay)) }

  /// INVALID_ARGUMENT: one field is wrong.
  public static func invalid(
    field: String, _ description: String, reason: String = "INVALID_FIELD"
  ) -> Status {
    invalid([.init(field: field, description: description)], reason: reason)
  }

  /// INVALID_ARGUMENT: several fields are wrong.
  public static func invalid(
    _ violations: [StatusDetail.FieldViolation], reason: String = "INVALID_FIELD"
  ) -> Status {
    let text = violations.map {
      $0.field.isEmpty ? $0.description : "\($0.field): \($0.description)"
    }
    return Status(.invalidArgument, text.joined(separator: "; "))
      .with(reason: reason).with(.badRequest(violations))
  }

  /// NOT_FOUND: no resource of that type (`run`, `flow`) has that name or id.
  public static func notFound(type: String, name: String) -> Status {
    Status(.notFound, "\(type) \(name) does not exist")
      .with(reason: "NOT_FOUND")
      .with(.resourceInfo(type: type, name: name, owner: "", description: ""))
  }

  /// ALREADY_EXISTS: the name or id is taken by another resource.
  public static func alreadyExists(type: String, name: String, _ description: String = "") -> Status
  {
    Status(.alreadyExists, description.isEmpty ? "\(type) \(name) exists already" : description)
      .with(reason: "ALREADY_EXISTS")
      .with(.resourceInfo(type: type, name: name, owner: "", description: description))
  }

  /// FAILED_PRECONDITION: something must hold first.
  public static func failedPrecondition(
    reason: String, subject: String, _ description: String, metadata: [String: String] = [:]
  ) -> Status {
    Status(.failedPrecondition, description)
      .with(reason: reason, metadata: metadata)
      .with(.preconditionFailure([.init(type: reason, subject: subject, description: description)]))
  }

  /// ABORTED: someone else was first; read again and decide anew.
  public static func aborted(
    reason: String, _ message: String, metadata: [String: String] = [:]
  ) -> Status {
    Status(.aborted, message).with(reason: reason, metadata: metadata)
  }

  /// RESOURCE_EXHAUSTED: a limit is used up.
  public static func resourceExhausted(
    reason: String, subject: String, _ description: String, retryAfter: Duration? = nil
  ) -> Status {
    let status = Status(.resourceExhausted, description)
      .with(reason: reason)
      .with(.quotaFailure([.init(subject: subject, description: description)]))
    return retryAfter.map { status.with(retryAfter: $0) } ?? status
  }

  /// UNAVAILABLE: not now; the call may be repeated after that time.
  public static func unavailable(
    _ message: String, retryAfter: Duration, reason: String = "UNAVAILABLE"
  ) -> Status {
    Status(.unavailable, message).with(reason: reason).with(retryAfter: retryAfter)
  }

  /// PERMISSION_DENIED: the caller is known and may not do this.
  public static func permissionDenied(_ message: String, reason: String = "NO_PERMISSION") -> Status
  {
    Status(.permissionDenied, message).with(reason: reason)
  }

  /// UNAUTHENTICATED: the caller is not known.
  public static func unauthenticated(_ message: String) -> Status {
    Status(.unauthenticated, message).with(reason: "UNAUTHENTICATED")
  }
}
