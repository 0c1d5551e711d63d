// Decides what the servers of these tests serve: one method of each kind, each a closure of the test.

import MartletCall
import MartletProto
import MartletWire

typealias Ping = PingRequest
typealias Pong = PingResponse

/// The methods of `test.Echo`.
enum EchoMethods {
  static let unary = method("Unary", .unary, .noSideEffects)
  static let write = method("Write", .unary, .unknown)
  static let collect = method("Collect", .clientStreaming, .unknown)
  static let expand = method("Expand", .serverStreaming, .noSideEffects)
  static let chat = method("Chat", .bidirectional, .unknown)

  private static func method(
    _ name: String, _ kind: MethodDescriptor.Kind, _ idempotency: MethodDescriptor.Idempotency
  ) -> MethodDescriptor {
    MethodDescriptor(
      service: "test.Echo", name: name, kind: kind, idempotency: idempotency,
      requestType: Ping.fullName, responseType: Pong.fullName)
  }
}

/// Serves `test.Echo`; by default each method echoes.
struct TestService: RPCService {
  var unary: @Sendable (Ping, CallContext) async throws -> Pong = { ping, _ in
    Pong(payload: ping.payload)
  }
  /// One response that joins the requests.
  var collect: @Sendable (MessageStream<Ping>, CallContext) async throws -> Pong = { pings, _ in
    var all: [UInt8] = []
    for try await ping in pings { all += ping.payload }
    return Pong(payload: all)
  }
  /// One response for each byte of the request.
  var expand: @Sendable (Ping, MessageWriter<Pong>, CallContext) async throws -> Void = {
    ping, writer, _ in
    for byte in ping.payload { try await writer.write(Pong(payload: [byte])) }
  }
  /// One response for each request.
  var chat: @Sendable (MessageStream<Ping>, MessageWriter<Pong>, CallContext) async throws -> Void =
    {
      pings, writer, _ in
      for try await ping in pings { try await writer.write(Pong(payload: ping.payload)) }
    }

  var methodHandlers: [MethodHandler] {
    [
      .unary(EchoMethods.unary, unary),
      .unary(EchoMethods.write, unary),
      .clientStreaming(EchoMethods.collect, collect),
      .serverStreaming(EchoMethods.expand, expand),
      .bidirectional(EchoMethods.chat, chat),
    ]
  }
}

/// Calls `test.Echo`.
struct EchoClient: Sendable {
  let channel: any CallChannel

  func unary(_ payload: [UInt8], options: CallOptions = .standard) async throws -> [UInt8] {
    try await channel.unary(
      EchoMethods.unary, Ping(payload: payload), returning: Pong.self, options: options
    ).payload
  }
  func write(_ payload: [UInt8], options: CallOptions = .standard) async throws -> [UInt8] {
    try await channel.unary(
      EchoMethods.write, Ping(payload: payload), returning: Pong.self, options: options
    ).payload
  }
  func open(
    _ method: MethodDescriptor, options: CallOptions = .standard
  ) async throws -> ClientCall<Ping, Pong> {
    try await channel.open(method, sending: Ping.self, returning: Pong.self, options: options)
  }
}
