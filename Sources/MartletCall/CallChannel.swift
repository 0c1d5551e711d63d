// Decides what a generated client asks of a transport: one unary road and one for everything that streams.

public import MartletWire

/// What a caller may choose for one call.
public struct CallOptions: Sendable {
  /// How long to wait in all; nil waits for ever.
  public var timeout: Duration?
  /// Metadata sent with the request.
  public var metadata: Metadata
  /// Whether to wait for a connection instead of failing with UNAVAILABLE.
  public var waitsForReady: Bool

  /// No time-out, no metadata, fail fast.
  public static let standard = CallOptions()

  /// Makes options.
  public init(timeout: Duration? = nil, metadata: Metadata = [:], waitsForReady: Bool = false) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitsForReady = waitsForReady
  }
}

/// A road to a server, real or in process.
public protocol CallChannel: Sendable {
  /// Sends one request and awaits its one response.
  ///
  /// - Throws: `Status` for what the server or the transport said, `CancellationError` when the task was cancelled.
  func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, returning: R.Type, options: CallOptions
  ) async throws -> R

  /// Opens a call in which at least one side streams.
  func open<Q: Message, R: Message>(
    _ method: MethodDescriptor, sending: Q.Type, returning: R.Type, options: CallOptions
  ) async throws -> ClientCall<Q, R>
}

/// An open streaming call, seen from the client.
public struct ClientCall<Q: Message, R: Message>: Sendable {
  /// What the client sends.
  public let requests: MessageWriter<Q>
  /// What the server answers; throws the server's `Status` unless that is OK.
  public let responses: MessageStream<R>
  private let end: @Sendable () async throws -> Void
  private let abandon: @Sendable () -> Void

  /// Makes a call from its parts; transports do this.
  public init(
    requests: MessageWriter<Q>, responses: MessageStream<R>,
    finishRequests: @escaping @Sendable () async throws -> Void,
    cancel: @escaping @Sendable () -> Void
  ) {
    self.requests = requests
    self.responses = responses
    self.end = finishRequests
    self.abandon = cancel
  }

  /// Says that no request follows.
  public func finishRequests() async throws { try await end() }

  /// Gives the call up; the server's handler is cancelled.
  public func cancel() { abandon() }
}

extension CallChannel {
  /// Sends one request with the standard options and awaits its one response.
  public func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, returning: R.Type
  ) async throws -> R {
    try await unary(method, request, returning: returning, options: .standard)
  }
}
