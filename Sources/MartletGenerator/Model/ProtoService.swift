// Decides what a backend knows of a service and its methods.

/// A service.
struct ProtoService {
  let name: String
  /// For example `martlet.v1.RunService`.
  let fullName: String
  let package: String
  let methods: [ProtoMethod]
  let comment: String
  let isDeprecated: Bool
}

/// A method of a service.
struct ProtoMethod {
  let name: String
  /// Full name of the request message.
  let input: String
  /// Full name of the response message.
  let output: String
  let clientStreams: Bool
  let serverStreams: Bool
  let idempotency: Idempotency
  let comment: String
  let isDeprecated: Bool

  /// The option `idempotency_level`.
  enum Idempotency { case unknown, noSideEffects, idempotent }
}
