// Decides how a typed service is handed to a transport that knows no types: each method becomes a value
// that can decode its requests and run. Types are erased by closures that already hold the decoded request,
// never by casting, so that a call costs one allocation here.

public import MartletWire

/// How messages are encoded on this call.
public enum MessageEncoding: Sendable, Equatable {
  case protobuf
  case json(JSONOptions)
}

/// Where a streaming handler's requests come from; transports conform.
public protocol RequestSource: Sendable {
  /// The next request, nil after the last.
  ///
  /// - Throws: `Status` when the bytes are no such message or the call is over; `CancellationError`.
  func next<Q: Message>(_ type: Q.Type) async throws -> Q?
}

/// Where a streaming handler's responses go; transports conform.
public protocol ResponseSink: Sendable {
  /// Sends one response; suspends while the peer's window is full.
  ///
  /// - Throws: `Status` or `CancellationError` when the call is over.
  func send<R: Message>(_ message: R) async throws
}

/// A method with its implementation, types erased. Generated code makes these.
public struct MethodHandler: Sendable {
  // These are nonisolated(nonsending): they run where the transport's task runs, and each saves two looks at
  // the executor.

  /// A unary call, its request decoded, ready to run.
  public typealias UnaryCall =
    nonisolated(nonsending) @Sendable (CallContext) async throws -> any Message
  /// A server-streaming call, its request decoded, ready to run.
  public typealias ServerStreamingCall =

    nonisolated(nonsending) @Sendable (any ResponseSink, CallContext) async throws -> Void
  /// Decodes the one request of a call and binds it to the implementation. Throws `WireError`.
  public typealias Binding<Call> =
    @Sendable (UnsafeRawBufferPointer, MessageEncoding, DecodeLimits) throws -> Call

  /// What runs, by the kind of the method.
  public enum Implementation: Sendable {
    case unary(Binding<UnaryCall>)
    case clientStreaming(@Sendable (any RequestSource, CallContext) async throws -> any Message)
    case serverStreaming(Binding<ServerStreamingCall>)
    case bidirectional(
      @Sendable (any RequestSource, any ResponseSink, CallContext) async throws -> Void)
  }

  /// The method.
  public let descriptor: MethodDescriptor
  /// Runs it.
  public let implementation: Implementation

  @usableFromInline
  init(_ descriptor: MethodDescriptor, _ implementation: Implementation) {
    self.descriptor = descriptor
    self.implementation = implementation
  }

  @inlinable
  static func decode<Q: Message>(
    _ type: Q.Type, _ bytes: UnsafeRawBufferPointer, _ encoding: MessageEncoding,
    _ limits: DecodeLimits
  ) throws(WireError) -> Q {
    switch encoding {
    case .protobuf: try Q.decode(bytes, limits: limits)
    case .json(let options): try Q.decodeJSON(bytes, options: options)
    }
  }

  /// One request, one response.
  @inlinable
  public static func unary<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ run: nonisolated(nonsending) @escaping @Sendable (Q, CallContext) async throws -> R
  ) -> MethodHandler {
    MethodHandler(
      descriptor,
      .unary { bytes, encoding, limits in
        let request = try decode(Q.self, bytes, encoding, limits)
        return { context in try await run(request, context) }
      })
  }

  /// Many requests, one response.
  @inlinable
  public static func clientStreaming<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ run: @escaping @Sendable (MessageStream<Q>, CallContext) async throws -> R
  ) -> MethodHandler {
    MethodHandler(
      descriptor,
      .clientStreaming { source, context in
        try await run(MessageStream { try await source.next(Q.self) }, context)
      })
  }

  /// One request, many responses.
  @inlinable
  public static func serverStreaming<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ run: @escaping @Sendable (Q, MessageWriter<R>, CallContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      descriptor,
      .serverStreaming { bytes, encoding, limits in
        let request = try decode(Q.self, bytes, encoding, limits)
        return { sink, context in
          try await run(request, MessageWriter { try await sink.send($0) }, context)
        }
      })
  }

  /// Many requests, many responses.
  @inlinable
  public static func bidirectional<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ run:
      @escaping @Sendable (MessageStream<Q>, MessageWriter<R>, CallContext) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(
      descriptor,
      .bidirectional { source, sink, context in
        try await run(
          MessageStream { try await source.next(Q.self) },
          MessageWriter { try await sink.send($0) }, context)
      })
  }
}

/// A service as a transport serves it. Generated service protocols supply `methodHandlers`.
public protocol RPCService: Sendable {
  /// Every method of the service.
  var methodHandlers: [MethodHandler] { get }
}
