// Decides how the outcome of a call is told: a gRPC code, a sentence, and typed details.

/// The canonical codes of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html).
public enum StatusCode: UInt8, Sendable, CaseIterable {
  case ok = 0
  case cancelled = 1
  case unknown = 2
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  case permissionDenied = 7
  case resourceExhausted = 8
  case failedPrecondition = 9
  case aborted = 10
  case outOfRange = 11
  case unimplemented = 12
  case `internal` = 13
  case unavailable = 14
  case dataLoss = 15
  case unauthenticated = 16

  /// The name in the specification, for example `INVALID_ARGUMENT`.
  public var name: String {
    switch self {
    case .ok: "OK"
    case .cancelled: "CANCELLED"
    case .unknown: "UNKNOWN"
    case .invalidArgument: "INVALID_ARGUMENT"
    case .deadlineExceeded: "DEADLINE_EXCEEDED"
    case .notFound: "NOT_FOUND"
    case .alreadyExists: "ALREADY_EXISTS"
    case .permissionDenied: "PERMISSION_DENIED"
    case .resourceExhausted: "RESOURCE_EXHAUSTED"
    case .failedPrecondition: "FAILED_PRECONDITION"
    case .aborted: "ABORTED"
    case .outOfRange: "OUT_OF_RANGE"
    case .unimplemented: "UNIMPLEMENTED"
    case .internal: "INTERNAL"
    case .unavailable: "UNAVAILABLE"
    case .dataLoss: "DATA_LOSS"
    case .unauthenticated: "UNAUTHENTICATED"
    }
  }
}

/// The outcome of a call that did not go well, as both sides see it.
public struct Status: Error, Sendable, Equatable, CustomStringConvertible {
  /// One typed detail: a `google.protobuf.Any`, still encoded.
  public struct Detail: Sendable, Equatable {
    /// For example `type.googleapis.com/google.rpc.ErrorInfo`.
    public var typeURL: String
    /// The encoded message.
    public var value: [UInt8]

    /// Makes a detail from an encoded message.
    public init(typeURL: String, value: [UInt8]) {
      self.typeURL = typeURL
      self.value = value
    }
  }

  /// The canonical code.
  public var code: StatusCode
  /// What went wrong and what to do, for people.
  public var message: String
  /// Typed details, in the order they are sent.
  public var details: [Detail]
  /// Metadata sent beside the status, in trailers.
  public var trailers: Metadata

  /// Makes a status.
  public init(
    _ code: StatusCode, _ message: String = "", details: [Detail] = [], trailers: Metadata = [:]
  ) {
    self.code = code
    self.message = message
    self.details = details
    self.trailers = trailers
  }

  /// The code and the message.
  public var description: String { message.isEmpty ? code.name : "\(code.name): \(message)" }
}

/// An error that knows what the caller of an RPC should be told of it.
public protocol StatusConvertible: Error {
  /// What the caller is told.
  var status: Status { get }
}
