// Decides how bytes that came are kept until a test looks at them.

import NIOConcurrencyHelpers
import NIOCore

/// What has come over a connection.
final class Inbox: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var hasEnded = false
    var reader: (@Sendable ([UInt8], Bool) -> Bool, CheckedContinuation<[UInt8], Never>)?
  }
  private let state = NIOLockedValueBox(State())

  /// Waits until `enough` says so and takes everything.
  func read(_ enough: @escaping @Sendable ([UInt8], Bool) -> Bool) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      change { $0.reader = (enough, continuation) }
    }
  }

  func append(_ bytes: ByteBuffer) {
    change { $0.bytes.append(contentsOf: bytes.readableBytesView) }
  }
  func end() { change { $0.hasEnded = true } }

  private func change(_ body: (inout State) -> Void) {
    let ready = state.withLockedValue { state -> (CheckedContinuation<[UInt8], Never>, [UInt8])? in
      body(&state)
      guard let (enough, continuation) = state.reader, enough(state.bytes, state.hasEnded) else {
        return nil
      }
      state.reader = nil
      defer { state.bytes = [] }
      return (continuation, state.bytes)
    }
    if let (continuation, bytes) = ready { continuation.resume(returning: bytes) }
  }
}

/// Puts what a channel reads into an inbox.
final class InboxHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let inbox: Inbox

  init(_ inbox: Inbox) { self.inbox = inbox }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    inbox.append(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) { inbox.end() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    inbox.end()
    context.close(promise: nil)
  }
}
