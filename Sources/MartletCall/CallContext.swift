// Decides what a handler may know of the call it serves.

/// What surrounds one call on the server: who calls, until when, with what metadata.
public struct CallContext: Sendable {
  /// The method called.
  public var method: MethodDescriptor
  /// Custom metadata of the request.
  public var metadata: Metadata
  /// When the caller stops waiting; nil when it waits for ever.
  public var deadline: ContinuousClock.Instant?
  /// Who calls, as the principal interceptor found; `anonymous` until then.
  public var principal: Principal
  /// The address of the peer, for logs.
  public var peer: String
  /// W3C trace context, as received or begun here; nil when tracing is off.
  public var trace: TraceContext?
  /// Sends metadata before the first message, and sets what goes with the status.
  public var response: ResponseMetadata

  /// Makes a context.
  public init(
    method: MethodDescriptor, metadata: Metadata = [:], deadline: ContinuousClock.Instant? = nil,
    principal: Principal = .anonymous, peer: String = "", trace: TraceContext? = nil,
    response: ResponseMetadata = ResponseMetadata()
  ) {
    self.method = method
    self.metadata = metadata
    self.deadline = deadline
    self.principal = principal
    self.peer = peer
    self.trace = trace
    self.response = response
  }

  /// The `traceparent` header to hand on; nil when tracing is off.
  public var traceParent: String? { trace?.header }

  /// The time left, or nil when there is no deadline; never negative.
  public var timeLeft: Duration? {
    deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
  }
}

/// Who makes a call.
public struct Principal: Sendable, Equatable {
  /// A stable name: what the history records as the actor.
  public var name: String
  /// The namespace that requests without one mean.
  public var namespace: String

  /// The caller when authentication is off.
  public static let anonymous = Principal(name: "anonymous", namespace: "default")

  /// Makes a principal.
  public init(name: String, namespace: String) {
    self.name = name
    self.namespace = namespace
  }
}
