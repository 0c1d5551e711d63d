// Decides how a streaming handler reaches its call: from wherever it runs, over to the call's loop and back.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// The two streams of messages of a call over gRPC.
struct GRPCMessages: RequestSource, ResponseSink {
  private let call: GRPCServerCall

  init(_ call: GRPCServerCall) { self.call = call }

  func next<Q: Message>(_ type: Q.Type) async throws -> Q? {
    guard let body = try await onLoop({ try await $0.nextBody() }) else { return nil }
    let limits = DecodeLimits(size: call.server.sizes.received, depth: DecodeLimits.standard.depth)
    if body.readableBytes > call.server.sizes.offLoop {
      return try await offLoop {
        try body.withUnsafeReadableBytes { try Q.decode($0, limits: limits) }
      }
    }
    return try body.withUnsafeReadableBytes { try Q.decode($0, limits: limits) }
  }

  func send<R: Message>(_ message: R) async throws {
    let frame = try await call.encodeFrame(message)
    try await onLoop { try await $0.sendFrame(frame) }
  }

  /// Handlers run on the loop unless they chose otherwise; then this hops, there and back.
  private func onLoop<T: Sendable>(
    _ body: @Sendable (GRPCServerCall) async throws -> T
  ) async throws -> T {
    if call.stream.eventLoop.inEventLoop { return try await body(call) }
    return try await withTaskExecutorPreference(call.stream.executor) {
      try await Self.here(call, body)
    }
  }

  private static func here<T: Sendable>(
    _ call: GRPCServerCall, _ body: @Sendable (GRPCServerCall) async throws -> T
  ) async throws -> T {
    try await body(call)
  }
}
