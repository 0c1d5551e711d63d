// Decides how a listener is opened, watched and shut down.

import Glibc
public import Logging
import NIOCore
import NIOPosix

/// A listener that serves HTTP/2 and HTTP/1.1 on one port, in clear text or over TLS.
public final class HTTPServer: Sendable {
  /// Where it listens, with the port the system chose.
  public let endpoint: HTTPEndpoint
  private let channel: any Channel
  private let registry: ConnectionRegistry
  private let counters: ServerCounters
  private let tls: ServerTLS?
  private let logger: Logger

  private init(
    endpoint: HTTPEndpoint, channel: any Channel, registry: ConnectionRegistry,
    counters: ServerCounters, tls: ServerTLS?, logger: Logger
  ) {
    self.endpoint = endpoint
    self.channel = channel
    self.registry = registry
    self.counters = counters
    self.tls = tls
    self.logger = logger
  }

  /// Opens a listener.
  ///
  /// - Parameters:
  ///   - endpoint: where to listen; port 0 lets the system choose.
  ///   - executors: the loops that serve, with their executors; a connection lives on one of them.
  ///   - limits: what peers may ask for.
  ///   - tls: the certificate to serve with; nil serves in clear text.
  ///   - upgrades: the protocols that HTTP/1.1 connections may go over to.
  ///   - logger: hears of refused connections and of the end.
  ///   - handler: takes every request.
  public static func bind(
    to endpoint: HTTPEndpoint, executors: LoopExecutorGroup, limits: HTTPLimits = HTTPLimits(),
    tls files: ServerTLSFiles? = nil, upgrades: [HTTPUpgrade] = [], logger: Logger,
    handler: any HTTPHandler
  ) async throws(HTTPBindError) -> HTTPServer {
    var tls: ServerTLS?
    do throws(TLSFileError) {
      tls = try files.map { files throws(TLSFileError) in try ServerTLS(files, logger: logger) }
    } catch {
      throw .certificate(error)
    }
    let counters = ServerCounters()
    let registry = ConnectionRegistry(limits: limits, counters: counters)
    let pipeline = ConnectionPipeline(
      handler: handler, executors: executors, limits: limits, counters: counters,
      upgrades: upgrades, tls: tls)
    let bootstrap = ServerBootstrap(group: executors.group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptFaults(logger))
        }
      }
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 1024, maximum: 32768)
      )
      // One piece a turn: whoever sends much waits for those who send little.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard registry.admit(channel) else {
            if let refused = registry.refusalsToTell() {
              logger.warning(
                "connections refused: too many are open", metadata: ["refused": "\(refused)"])
            }
            throw HTTPStreamError.limit("connections")
          }
          try pipeline.prepare(channel)
        }
      }
    let channel: any Channel
    do {
      channel = try await bind(bootstrap, to: endpoint, limits)
    } catch {
      throw HTTPBindError(error, endpoint)
    }
    tls?.watch(on: channel.eventLoop, every: limits.certificateInterval)
    return HTTPServer(
      endpoint: endpoint.listening(on: channel.localAddress), channel: channel, registry: registry,
      counters: counters, tls: tls, logger: logger)
  }

  private static func bind(
    _ bootstrap: ServerBootstrap, to endpoint: HTTPEndpoint, _ limits: HTTPLimits
  ) async throws -> any Channel {
    switch endpoint {
    case .tcp(let host, let port):
      let unread = Int(CInt(clamping: limits.writeTimeout.components.seconds * 1000))
      // Peers that vanish without a word are found out by the system, whatever they had asked for; so are those who take
      // no answer, when the system holds all of it.
      return try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.socketOption(.so_keepalive), value: 1)
        .childChannelOption(.tcpOption(.keepaliveIdle), value: 60)
        .childChannelOption(.tcpOption(.keepaliveInterval), value: 20)
        .childChannelOption(.tcpOption(.userTimeout), value: unread)
        .bind(host: host, port: port).get()
    case .unix(let path): return try await bind(bootstrap, toSocketAt: path)
    }
  }

  /// Takes the place of a socket nobody listens on any more, and never that of a living server.
  private static func bind(
    _ bootstrap: ServerBootstrap, toSocketAt path: String
  ) async throws -> any Channel {
    do {
      return try await bootstrap.bind(unixDomainSocketPath: path).get()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      let probe = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      if let living = try? await probe.connect(unixDomainSocketPath: path).get() {
        living.close(promise: nil)
        throw error
      }
      return try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
        .get()
    }
  }

  /// What the listener has seen so far.
  public var statistics: HTTPStatistics { counters.statistics }

  /// Stops accepting, lets open exchanges finish within the grace, and returns when every connection is
  /// closed. May be called more than once.
  public func shutdown(grace: Duration) async {
    tls?.stopWatching()
    channel.close(promise: nil)
    try? await channel.closeFuture.get()
    if case .unix(let path) = endpoint { unlink(path) }
    registry.drain()
    let registry = registry
    let logger = logger
    let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(grace)) {
      let closed = registry.closeAll()
      guard closed > 0 else { return }
      logger.warning("grace is over: \(closed) connections are closed with exchanges open")
    }
    await registry.awaitEmpty()
    deadline.cancel()
  }
}
