// Decides what is known of a method before any call of it: its names, its kind, whether it may be repeated.

/// One method of a service. One instance exists for each method, so identity is equality.
public final class MethodDescriptor: Sendable {
  /// Which sides stream.
  public enum Kind: Sendable, Equatable {
    case unary, clientStreaming, serverStreaming, bidirectional
  }
  /// The `idempotency_level` option: what a repeat of the call does.
  public enum Idempotency: Sendable, Equatable {
    case unknown, idempotent, noSideEffects
  }

  /// For example `martlet.v1.RunService`.
  public let service: String
  /// For example `GetRun`.
  public let name: String
  /// For example `/martlet.v1.RunService/GetRun`.
  public let path: String
  /// Which sides stream.
  public let kind: Kind
  /// What a repeat does.
  public let idempotency: Idempotency
  /// The protobuf name of the request message.
  public let requestType: String
  /// The protobuf name of the response message.
  public let responseType: String

  /// Makes a descriptor; generated code calls this once for each method.
  public init(
    service: String, name: String, kind: Kind, idempotency: Idempotency, requestType: String,
    responseType: String
  ) {
    self.service = service
    self.name = name
    self.path = "/\(service)/\(name)"
    self.kind = kind
    self.idempotency = idempotency
    self.requestType = requestType
    self.responseType = responseType
  }
}
