// Decides how a connection leaves HTTP/1.1: its decoder goes first and gives back what it has not read, then the
// rest, and the new protocol reads on from there.

import NIOCore
import NIOHTTP1

/// A connection on its way to another protocol. Confined to its loop.
final class HTTP1Departure {
  private let install: @Sendable (any Channel, HTTPPeer) throws -> Void
  private let peer: HTTPPeer
  private var unread = ByteBuffer()

  init(
    _ peer: HTTPPeer, install: @escaping @Sendable (any Channel, HTTPPeer) throws -> Void
  ) {
    self.peer = peer
    self.install = install
  }

  /// Takes what the decoder had not read when it went.
  func giveBack(_ error: any Error) {
    if case .leftoverDataWhenDone(var bytes)? = error as? ByteToMessageDecoderError {
      unread.writeBuffer(&bytes)
    }
  }

  /// Replaces the handlers; after the decoder's own turn, for it cannot go while it is at work.
  func begin(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.eventLoop.execute { bound.value.leave(boundContext.value) }
  }

  private func leave(_ context: ChannelHandlerContext) {
    let channel = context.channel
    let pipeline = channel.pipeline.syncOperations
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
    do {
      let tap = try pipeline.context(handlerType: HTTP1ArrivalTap.self)
      let decoder = try pipeline.context(
        handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let boundTap = NIOLoopBound(tap, eventLoop: context.eventLoop)
      pipeline.removeHandler(context: decoder)
        .flatMap {
          channel.pipeline.syncOperations.removeHandler(context: boundContext.value)
        }
        .flatMap { channel.pipeline.syncOperations.removeHandler(context: boundTap.value) }
        .whenComplete { _ in bound.value.arrive(channel) }
    } catch {
      channel.close(promise: nil)
    }
  }

  private func arrive(_ channel: any Channel) {
    do {
      try install(channel, peer)
    } catch {
      return channel.close(promise: nil)
    }
    guard unread.readableBytes > 0 else { return }
    channel.pipeline.fireChannelRead(unread)
    channel.pipeline.fireChannelReadComplete()
  }
}
