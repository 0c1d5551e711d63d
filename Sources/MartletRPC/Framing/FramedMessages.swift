// Decides how a streaming handler reaches its call: from wherever it runs, over to the call's loop and back.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// The two streams of messages of a framed call.
struct FramedMessages: RequestSource, ResponseSink {
  private let call: FramedServerCall

  init(_ call: FramedServerCall) { self.call = call }

  func next<Q: Message>(_ type: Q.Type) async throws -> Q? {
    guard let message = try await onLoop({ try await $0.nextMessage() }) else { return nil }
    call.context.response.lastMessageWasCompressed = message.compression != nil
    if message.isLarge(call.server.sizes) {
      return try await onLoop {
        try await $0.unfolding(message) { try decode(Q.self, message) }
      }
    }
    return try decode(Q.self, message).0
  }

  private func decode<Q: Message>(
    _ type: Q.Type, _ message: EncodedMessage
  ) throws -> (Q, size: Int) {
    let limits = call.decodeLimits
    return try message.withBytes(limit: limits.size) { bytes in
      switch call.encoding {
      case .protobuf: (try Q.decode(bytes, limits: limits), bytes.count)
      case .json(let options): (try Q.decodeJSON(bytes, options: options), bytes.count)
      }
    }
  }

  func send<R: Message>(_ message: R) async throws {
    let frame = try await call.encodeFrame(message)
    try await onLoop { try await $0.sendFrame(frame) }
  }

  /// Handlers run on the loop unless they chose otherwise; then this hops, there and back.
  private func onLoop<T: Sendable>(
    _ body: @Sendable (FramedServerCall) async throws -> T
  ) async throws -> T {
    if call.stream.eventLoop.inEventLoop { return try await body(call) }
    return try await withTaskExecutorPreference(call.stream.executor) {
      try await Self.here(call, body)
    }
  }

  private static func here<T: Sendable>(
    _ call: FramedServerCall, _ body: @Sendable (FramedServerCall) async throws -> T
  ) async throws -> T {
    try await body(call)
  }
}
