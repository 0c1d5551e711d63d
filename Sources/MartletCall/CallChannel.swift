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
  /// Whether requests are compressed.
  public var compresses: Bool
  /// Receives the metadata of the response, for callers who want to see it.
  public var response: ResponseMetadata?

  /// No time-out, no metadata, fail fast.
  public static let standard = CallOptions()

  /// Makes options.
  public init(
    timeout: Duration? = nil, metadata: Metadata = [:], waitsForReady: Bool = false,
    compresses: Bool = false, response: ResponseMetadata? = nil
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitsForReady = waitsForReady
    self.compresses = compresses
    self.response = response
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
  private let compress: @Sendable (Bool) -> Void

  /// Makes a call from its parts; transports do this.
  public init(
    requests: MessageWriter<Q>, responses: MessageStream<R>,
    finishRequests: @escaping @Sendable () async throws -> Void,
    cancel: @escaping @Sendable () -> Void,
    compress: @escaping @Sendable (Bool) -> Void = { _ in }
  ) {
    self.requests = requests
    self.responses = responses
    self.end = finishRequests
    self.abandon = cancel
    self.compress = compress
  }

  /// Says that no request follows.
  public func finishRequests() async throws { try await end() }

  /// Chooses whether requests from here on are compressed, in a call whose options say that they may be.
  public func compressRequests(_ isOn: Bool) { compress(isOn) }

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
