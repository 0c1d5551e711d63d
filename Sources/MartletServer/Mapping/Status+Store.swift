// Decides how the store's and the model's errors are told: the code, the reason and the field are the same over gRPC,
// JSON and the CLI.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension Status {
  /// A failure of the store.
  init(_ error: StoreError) {
    switch error {
    case .notFound(let resource, let name): self = .notFound(type: resource, name: name)
    case .alreadyExists(let resource, let name):
      self = .alreadyExists(type: resource, name: name)
    case .etagMismatch(let current):
      self = .aborted(
        reason: "ETAG_MISMATCH", "the etag is not the current one: read again and decide anew",
        metadata: ["current": "\(current)"])
    case .unavailable(let delay, let message): self = .unavailable(message, retryAfter: delay)
    case .invalid(let field, let why): self = .invalid(field: field, why)
    case .resourceExhausted(let delay, let message):
      self = .resourceExhausted(
        reason: "OVERLOADED", subject: "store", message, retryAfter: delay)
    case .outOfRange(let reason, let message):
      self = Status(.outOfRange, message).with(reason: reason)
    case .uploadOffset(let received):
      self = Status(.outOfRange, "what is kept of this upload ends at byte \(received)")
        .with(reason: "UPLOAD_OFFSET", metadata: ["received": "\(received)"])
    case .failedPrecondition(let reason, let subject, let message):
      self = .failedPrecondition(reason: reason, subject: subject, message)
    case .deadlineExceeded: self = Status(.deadlineExceeded, "the call's time is over")
    case .cancelled: self = Status(.cancelled, "the caller went away")
    case .failed(let message): self = Status(.internal, message).with(reason: "STORE_FAILED")
    }
  }

  /// A value that may not be stored.
  init(_ error: InvalidValue) {
    self = .invalid(field: error.field, error.problem)
  }

  /// Parameters that the runs of a deployment may not have.
  init(_ error: ParameterFaults) {
    self = .invalid(
      error.faults.map { .init(field: $0.field, description: $0.problem) },
      reason: "PARAMETERS_INVALID")
  }

  /// A filter or an order that cannot be read.
  init(_ error: QueryError, field: String) {
    self = .invalid(field: field, error.description, reason: "INVALID_FILTER")
  }

  /// A command that could not be decided.
  init(_ error: CommandError) {
    switch error {
    case .notFound(let id): self = .notFound(type: "run", name: id.description)
    case .parentNotFound(let id): self = .parentNotFound(id, field: "parent_id")
    case .alreadyExists(let id):
      self = .alreadyExists(
        type: "run", name: id.description,
        "the id \(id) is taken by a run with other content or of another namespace")
    case .deleted(let id):
      self = .failedPrecondition(
        reason: "RUN_DELETED", subject: "run:\(id)",
        "the run \(id) was deleted and does not come back: begin another one with an id of its own")
    case .homeless(let id):
      self = .notFound(type: "deployment", name: id.description)
    case .resultNotFound(let address, let field):
      self = .notFound(type: "result", name: address)
        .with(
          .badRequest([
            .init(field: field, description: "names no stored result: store it first")
          ]))
    case .outOfSequence(let expected):
      self = Status(.outOfRange, "a report is missing: the next seq is \(expected)")
        .with(reason: "OUT_OF_SEQUENCE", metadata: ["expected": "\(expected)"])
    case .outdated(let revision):
      self = .aborted(
        reason: "OUTDATED", "the run has changed meanwhile: read it again and decide anew",
        metadata: ["revision": "\(revision)"])
    case .invalid(let value): self.init(value)
    }
  }

  /// A run in a run that is not there; the field names it in the request.
  static func parentNotFound(_ id: RunID, field: String) -> Status {
    notFound(type: "run", name: id.description)
      .with(
        .badRequest([
          .init(field: field, description: "names no run: report the enclosing run first")
        ]))
  }

  /// The status as an item of a batch.
  var reportError: ReportError {
    var error = ReportError()
    error.code = Int32(code.rawValue)
    error.message = message
    error.reason = reason ?? ""
    error.field = fieldViolations.first?.field ?? ""
    return error
  }
}

/// Runs a handler's body; errors of the store and the model become statuses.
func answering<R>(_ body: () async throws -> R) async throws -> R {
  do {
    return try await body()
  } catch let error as StoreError {
    throw Status(error)
  } catch let error as InvalidValue {
    throw Status(error)
  } catch let error as CommandError {
    throw Status(error)
  } catch let error as ParameterFaults {
    throw Status(error)
  }
}
