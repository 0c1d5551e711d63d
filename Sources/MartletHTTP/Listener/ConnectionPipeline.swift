// Decides what serves a new connection. Whatever comes first in the pipeline (the preface sniffer, or TLS with
// ALPN) ends by naming the protocol, and `install` puts its handlers in place.

package import NIOCore
import NIOHTTP1
import NIOSSL

/// What a connection was found or agreed to speak.
package enum NegotiatedProtocol { case http2, http1 }

/// What every connection of a listener is served with.
package struct ConnectionPipeline: Sendable {
  let handler: any HTTPHandler
  let executors: LoopExecutorGroup
  let limits: HTTPLimits
  let counters: ServerCounters
  /// What connections may go over to.
  var upgrades: [HTTPUpgrade] = []
  /// The certificate of a listener that speaks TLS.
  var tls: ServerTLS?

  init(
    handler: any HTTPHandler, executors: LoopExecutorGroup, limits: HTTPLimits,
    counters: ServerCounters, upgrades: [HTTPUpgrade] = [], tls: ServerTLS? = nil
  ) {
    self.handler = handler
    self.executors = executors
    self.limits = limits
    self.counters = counters
    self.upgrades = upgrades
    self.tls = tls
  }

  /// What connections without a listener are served with.
  package init(handler: any HTTPHandler, executors: LoopExecutorGroup, limits: HTTPLimits) {
    self.init(
      handler: handler, executors: executors, limits: limits, counters: ServerCounters())
  }

  /// Puts the first handlers of a connection in place. On the channel's loop.
  package func prepare(_ channel: any Channel) throws {
    guard let tls else {
      let peer = HTTPPeer(address: HTTPEndpoint.text(of: channel.remoteAddress))
      return try channel.pipeline.syncOperations.addHandler(
        PrefaceSniffer(pipeline: self, peer: peer, since: .now()))
    }
    try channel.pipeline.syncOperations.addHandlers(
      NIOSSLServerHandler(context: tls.context),
      TLSNegotiation(pipeline: self, asksForCertificate: tls.asksForCertificate))
  }

  /// Puts the handlers of a protocol behind what is in the pipeline. On the channel's loop.
  ///
  /// - Parameter start: when the connection began, for the time it has until its first request.
  func install(
    _ negotiated: NegotiatedProtocol, _ peer: HTTPPeer, since start: NIODeadline,
    on channel: any Channel
  ) throws {
    let executor = executors.executor(of: channel.eventLoop)
    switch negotiated {
    case .http2:
      let role = HTTP2ServerRole(handler: handler, counters: counters)
      try channel.pipeline.syncOperations.addHandler(
        HTTP2Connection(
          role: .server(role), executor: executor, limits: limits, peer: peer, since: start))
    case .http1:
      let connection = HTTP1Connection(
        handler: handler, upgrades: upgrades, counters: counters, executor: executor,
        limits: limits, peer: peer, since: start)
      // What is left over comes as an error: only a connection that goes over to another protocol wants it.
      let decoder = HTTPRequestDecoder(
        leftOverBytesStrategy: .fireError, informationalResponseStrategy: .drop,
        limitConfiguration: decoderLimits)
      try channel.pipeline.syncOperations.addHandlers(
        HTTP1ArrivalTap(connection: connection), ByteToMessageHandler(decoder), connection)
    }
  }

  private var decoderLimits: NIOHTTPDecoderLimitConfiguration {
    var configuration = NIOHTTPDecoderLimitConfiguration()
    configuration.maxHeaderFieldSize = limits.headerListSize
    configuration.maxHeaderListSize = limits.headerListSize
    configuration.maxHeaderFieldCount = limits.headerCount
    return configuration
  }
}
