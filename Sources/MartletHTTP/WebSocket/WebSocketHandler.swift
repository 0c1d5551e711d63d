// Decides what of a peer's frames reaches the reader of a WebSocket, and what ends the connection (RFC 6455, 5 and 7).

internal import NIOCore
internal import NIOWebSocket

/// The end of the pipeline of a WebSocket. Confined to its loop.
final class WebSocketHandler: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let socket: WebSocket
  private var isOver = false

  init(_ socket: WebSocket) { self.socket = socket }

  func read(context: ChannelHandlerContext) {
    if !socket.holdsRead() { context.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOver { return }
    let frame = unwrapInboundIn(data)
    let bytes = frame.unmaskedData
    switch frame.opcode {
    case .text:
      guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
        return fail(context, .dataInconsistentWithMessage)
      }
      socket.received(.text(text), size: bytes.readableBytes)
    case .ping: socket.received(.ping(Array(bytes.readableBytesView)), size: 64)
    case .pong: break
    case .connectionClose: end()
    case .binary: fail(context, .unacceptableData)
    default: fail(context, .protocolError)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ConnectionDrainEvent { end() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength,
      NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
      NIOWebSocketFrameAggregator.Error.tooManyFragments:
      fail(context, .messageTooLarge)
    default: fail(context, .protocolError)
    }
  }

  private func end() {
    guard !isOver else { return }
    isOver = true
    socket.received(.end, size: 0)
  }

  /// Ends a connection whose peer breaks the protocol.
  private func fail(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
    guard !isOver else { return }
    var data = ByteBuffer()
    data.write(webSocketErrorCode: code)
    let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in channel.close(promise: nil) }
    end()
  }
}

/// Lets only frames pass that are masked, as all of a client are (RFC 6455, 5.1). Before fragments are put together.
final class WebSocketMaskCheck: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame

  /// A frame came in the clear.
  struct Unmasked: Error {}

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard unwrapInboundIn(data).maskKey != nil else {
      return context.fireErrorCaught(Unmasked())
    }
    context.fireChannelRead(data)
  }
}
