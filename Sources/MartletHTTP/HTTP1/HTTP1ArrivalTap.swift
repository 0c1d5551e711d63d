// Decides how an HTTP/1.1 connection learns that bytes came which are no whole head yet.

import NIOCore

/// Stands before the decoder and tells the connection that bytes came.
final class HTTP1ArrivalTap: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  private let connection: HTTP1Connection

  init(connection: HTTP1Connection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard connection.bytesCame(unwrapInboundIn(data).readableBytes) else { return }
    context.fireChannelRead(data)
  }
}
