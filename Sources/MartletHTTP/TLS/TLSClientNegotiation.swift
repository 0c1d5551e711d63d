// Decides when a client's TLS connection has been agreed on: the server must have chosen HTTP/2.

import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the handshake of a client's connection and makes it HTTP/2's, or fails what waits for it.
final class TLSClientNegotiation: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let connection: HTTP2Connection
  private let ready: EventLoopPromise<Void>
  private var timeout: Scheduled<Void>?

  init(_ connection: HTTP2Connection, ready: EventLoopPromise<Void>) {
    self.connection = connection
    self.ready = ready
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard let limit = connection.limits.handshakeTimeout else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
    timeout = context.eventLoop.scheduleTask(in: TimeAmount(limit)) {
      bound.value.fail(boundContext.value, "the TLS handshake took too long")
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case TLSUserEvent.handshakeCompleted(let name)? = event as? TLSUserEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    guard name == "h2" else {
      return fail(context, "the server speaks TLS, but does not offer HTTP/2 in it")
    }
    do {
      try context.pipeline.syncOperations.addHandler(connection)
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      fail(context, "\(error)")
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(context, "TLS: \(Self.text(of: error))")
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(context, "the connection was closed during the TLS handshake")
    context.fireChannelInactive()
  }

  private func fail(_ context: ChannelHandlerContext, _ reason: String) {
    ready.fail(TLSHandshakeError(reason: reason))
    connection.neverBegan()
    context.close(promise: nil)
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case NIOSSLError.handshakeFailed(let cause):
      let text = "\(cause)"
      if text.contains("CERTIFICATE_VERIFY_FAILED") {
        return "the server's certificate is not trusted; name its authority"
      }
      if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS there" }
      if text.contains("CERTIFICATE_REQUIRED") { return "the server asks for a certificate" }
      return text
    case is NIOSSLExtraError:
      return "the server's certificate is for another name"
    default: return "\(error)"
    }
  }
}

extension ClientTLS {
  /// The name that is asked for and verified; nil where the address itself is verified.
  func name(for endpoint: HTTPEndpoint) -> String? {
    if let serverName { return serverName }
    guard case .tcp(let host, _) = endpoint else { return "localhost" }
    return (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
  }
}

/// Why there is no TLS connection.
struct TLSHandshakeError: Error {
  let reason: String
}
