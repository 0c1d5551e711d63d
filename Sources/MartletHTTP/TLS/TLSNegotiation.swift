// Decides when a TLS connection has been agreed on and what it speaks then: what ALPN chose, or, for a client
// that knows no ALPN, what its first bytes say.

import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// Waits for the handshake of a connection, and puts in place what serves it.
final class TLSNegotiation: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let pipeline: ConnectionPipeline
  private let asksForCertificate: Bool
  private let start = NIODeadline.now()
  private var timeout: Scheduled<Void>?

  init(pipeline: ConnectionPipeline, asksForCertificate: Bool) {
    self.pipeline = pipeline
    self.asksForCertificate = asksForCertificate
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard let limit = pipeline.limits.handshakeTimeout else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
    timeout = context.eventLoop.scheduleTask(in: TimeAmount(limit)) {
      bound.value.fail(boundContext.value)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timeout?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ConnectionDrainEvent { return context.close(promise: nil) }
    guard case TLSUserEvent.handshakeCompleted(let name)? = event as? TLSUserEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    timeout?.cancel()
    do {
      let peer = try self.peer(context)
      switch name {
      case "h2": try pipeline.install(.http2, peer, since: start, on: context.channel)
      case "http/1.1": try pipeline.install(.http1, peer, since: start, on: context.channel)
      default:
        try context.pipeline.syncOperations.addHandler(
          PrefaceSniffer(pipeline: pipeline, peer: peer, since: start))
      }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }

  private func peer(_ context: ChannelHandlerContext) throws -> HTTPPeer {
    let certificate =
      asksForCertificate
      ? try context.pipeline.syncOperations.nioSSL_peerCertificate() : nil
    return HTTPPeer(
      address: HTTPEndpoint.text(of: context.channel.remoteAddress), isSecure: true,
      certificate: certificate.map { PeerCertificate($0) })
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(context) }

  private func fail(_ context: ChannelHandlerContext) {
    pipeline.counters.abortedConnections.add(1, ordering: .relaxed)
    context.close(promise: nil)
  }
}
