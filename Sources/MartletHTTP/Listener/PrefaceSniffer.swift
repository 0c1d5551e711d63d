// Decides by its first bytes whether a connection speaks HTTP/2 with prior knowledge (RFC 9113,
// 3.4) or HTTP/1.1, hands it over, and leaves; or that it speaks neither, and has no answer.

import NIOCore
import Synchronization

/// Looks at the first bytes of a connection.
final class PrefaceSniffer: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  /// No HTTP/1.1 method begins like this, and the preface always does.
  private static let marker: [UInt8] = Array("PRI * HTTP/2".utf8)

  private let pipeline: ConnectionPipeline
  private let peer: HTTPPeer
  private let start: NIODeadline
  private var held = ByteBuffer()
  private var timeout: Scheduled<Void>?
  private var isDraining = false

  init(pipeline: ConnectionPipeline, peer: HTTPPeer, since start: NIODeadline) {
    self.start = start
    self.pipeline = pipeline
    self.peer = peer
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard let limit = pipeline.limits.handshakeTimeout else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
    timeout = context.eventLoop.scheduleTask(deadline: start + TimeAmount(limit)) {
      bound.value.pipeline.counters.abortedConnections.add(1, ordering: .relaxed)
      boundContext.value.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    held.writeBuffer(&bytes)
    guard let negotiated = Self.judge(held.readableBytesView) else { return }
    timeout?.cancel()
    let came = held
    held = ByteBuffer()
    if negotiated == .http1, Self.isStrange(came.readableBytesView) {
      pipeline.counters.abortedConnections.add(1, ordering: .relaxed)
      return context.close(promise: nil)
    }
    do {
      try pipeline.install(negotiated, peer, since: start, on: context.channel)
      context.fireChannelRead(NIOAny(came))
      context.fireChannelReadComplete()
      if isDraining { context.fireUserInboundEventTriggered(ConnectionDrainEvent.begin) }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }

  /// What the first bytes say; nil while they may still be either.
  static func judge(_ bytes: ByteBufferView) -> NegotiatedProtocol? {
    for (byte, expected) in zip(bytes, marker) where byte != expected { return .http1 }
    return bytes.count >= marker.count ? .http2 : nil
  }

  /// Whether the first line is text, but not of HTTP/1: it has no target and no version. An answer in HTTP/1.1 would
  /// tell its sender nothing; one with a broken HTTP/2 preface waits for the end (RFC 9113, 3.4). A client of TLS
  /// understands by an answer that there is none here.
  static func isStrange(_ bytes: ByteBufferView) -> Bool {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let line = bytes[..<end]
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count > 1, let first = words[1].first,
      line.allSatisfy({ (0x20..<0x7f).contains($0) || $0 == UInt8(ascii: "\r") })
    else { return false }
    // A target is a path, a URL, `*` or an authority (RFC 9112, 3.2).
    let isTarget = "/*".utf8.contains(first) || words[1].contains(UInt8(ascii: ":"))
    return !isTarget && (words.count < 3 || !words[2].starts(with: "HTTP/".utf8))
  }

  func channelInactive(context: ChannelHandlerContext) {
    timeout?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ConnectionDrainEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    // A request may be on its way: give it one round trip.
    isDraining = true
    timeout?.cancel()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    timeout = context.eventLoop.scheduleTask(in: TimeAmount(pipeline.limits.drainNotice)) {
      bound.value.close(promise: nil)
    }
  }
}
