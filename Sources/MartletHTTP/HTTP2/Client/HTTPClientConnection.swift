// Decides what a client may ask of one HTTP/2 connection and how it learns of its capacity and its end.

public import NIOCore
import NIOPosix
import NIOSSL

/// Hears of changes in a connection that matter to whoever spreads calls over connections.
/// Called on the connection's loop.
public protocol HTTPClientConnectionObserver: AnyObject {
  /// A stream has become free, or the peer allows more, and `availableStreams` was zero.
  func connectionHasCapacity(_ connection: HTTPClientConnection)
  /// The peer takes no further streams on this connection (GOAWAY); those open go on.
  func connectionIsDraining(_ connection: HTTPClientConnection)
  /// The connection is closed and every stream has been told; the last call.
  func connectionClosed(_ connection: HTTPClientConnection)
}

/// A connection to a server that speaks HTTP/2: in clear text with prior knowledge, or over TLS.
public final class HTTPClientConnection: Sendable {
  /// Where it leads.
  public let endpoint: HTTPEndpoint
  /// Runs tasks on the loop of the connection.
  public let executor: LoopExecutor
  /// The loop of the connection.
  public var eventLoop: any EventLoop { executor.loop }
  /// Completes, always with success, when the connection is closed and every stream has been told.
  public let closeFuture: EventLoopFuture<Void>
  private let connection: NIOLoopBound<HTTP2Connection>

  private init(
    endpoint: HTTPEndpoint, closeFuture: EventLoopFuture<Void>, connection: HTTP2Connection
  ) {
    self.endpoint = endpoint
    self.closeFuture = closeFuture
    executor = connection.executor
    self.connection = NIOLoopBound(connection, eventLoop: connection.executor.loop)
    role?.face = self
  }

  /// Connects and waits for the server's SETTINGS.
  ///
  /// - Parameters:
  ///   - endpoint: where the server listens.
  ///   - executor: runs the loop on which the connection lives.
  ///   - limits: what the server may ask for, and how long to wait for it.
  ///   - tls: how TLS is spoken; nil speaks in clear text.
  public static func connect(
    to endpoint: HTTPEndpoint, on executor: LoopExecutor, limits: HTTPLimits = HTTPLimits(),
    tls: ClientTLS? = nil
  ) async throws(HTTPConnectError) -> HTTPClientConnection {
    do {
      let context = try tls.map { try TLSContexts.client($0) }
      return try await open(endpoint, executor, limits) { channel, connection, ready in
        guard let tls, let context else {
          return try channel.pipeline.syncOperations.addHandler(connection)
        }
        try channel.pipeline.syncOperations.addHandlers(
          NIOSSLClientHandler(context: context, serverHostname: tls.name(for: endpoint)),
          TLSClientNegotiation(connection, ready: ready))
      }.get()
    } catch let error as TLSFileError {
      throw .failed(endpoint, reason: "\(error)")
    } catch let error as TLSHandshakeError {
      throw .failed(endpoint, reason: error.reason)
    } catch HTTPStreamError.limit(let reason) {
      throw .failed(endpoint, reason: reason)
    } catch HTTPStreamError.protocolViolation {
      throw .failed(endpoint, reason: "the peer does not speak HTTP/2")
    } catch is HTTPStreamError {
      throw .failed(endpoint, reason: "the peer closed the connection before it had said anything")
    } catch {
      throw HTTPConnectError(error, endpoint)
    }
  }

  private static func open(
    _ endpoint: HTTPEndpoint, _ executor: LoopExecutor, _ limits: HTTPLimits,
    install:
      @escaping @Sendable (any Channel, HTTP2Connection, EventLoopPromise<Void>) throws -> Void
  ) -> EventLoopFuture<HTTPClientConnection> {
    let ready = executor.loop.makePromise(of: Void.self)
    let closed = executor.loop.makePromise(of: Void.self)
    let bootstrap = ClientBootstrap(group: executor.loop)
      .connectTimeout(TimeAmount(limits.connectTimeout))
    let connected =
      switch endpoint {
      case .tcp(let host, let port):
        bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    let made = connected.flatMapThrowing { channel in
      let connection = HTTP2Connection(
        role: .client(HTTP2ClientRole(ready: ready, closed: closed)), executor: executor,
        limits: limits, peer: HTTPPeer(address: endpoint.description))
      let face = HTTPClientConnection(
        endpoint: endpoint, closeFuture: closed.futureResult, connection: connection)
      try install(channel, connection, ready)
      return face
    }
    made.whenFailure {
      ready.fail($0)
      closed.succeed()
    }
    return made.flatMap { face in ready.futureResult.map { face } }
  }

  private var role: HTTP2ClientRole? {
    if case .client(let role) = connection.value.role { role } else { nil }
  }

  /// How many streams may be opened now; zero while saturated, draining or closed. On the loop.
  public var availableStreams: Int { role?.availableStreams(connection.value) ?? 0 }

  /// True until the peer said that it takes no further streams, or the connection closed. On the loop.
  public var isAcceptingStreams: Bool {
    connection.value.session != nil && role?.isAccepting ?? false
  }

  /// Names who hears of changes, held weakly. On the loop.
  public func setObserver(_ observer: (any HTTPClientConnectionObserver)?) {
    role?.setObserver(observer)
  }

  /// Sends a request and returns its sending half. On the loop.
  ///
  /// Beyond `availableStreams` the request waits inside the connection. On a connection that takes no
  /// more streams the delegate is told `connectionClosed(processed: false)`, after this has returned.
  public func open(
    _ head: HTTPRequestHead, delegate: any HTTPResponseDelegate
  ) -> any HTTPStream {
    let connection = connection.value
    guard isAcceptingStreams else {
      let stream = ClosedStream(executor: executor, peer: connection.peer, delegate: delegate)
      executor.participate(stream)
      return stream
    }
    let stream = connection.streams.open(for: connection)
    stream.phase = .expecting(delegate)
    stream.local = .holding(.request(head))
    connection.hasPending(stream)
    return stream
  }

  /// Takes no further streams and closes once those open have ended. From any thread.
  public func drain() {
    executor.submit { [connection, self] in
      role?.stopAccepting(lastStream: .max)
      connection.value.beginDrain()
    }
  }

  /// Closes at once; open streams are told `connectionClosed`. From any thread.
  public func close() {
    executor.submit { [connection] in connection.value.closeNow() }
  }
}

/// The sending half of an exchange that never came to be. Confined to its loop.
final class ClosedStream: HTTPStream, LoopTurnParticipant {
  let executor: LoopExecutor
  let peer: HTTPPeer
  private let delegate: any HTTPResponseDelegate

  init(executor: LoopExecutor, peer: HTTPPeer, delegate: any HTTPResponseDelegate) {
    self.executor = executor
    self.peer = peer
    self.delegate = delegate
  }

  var eventLoop: any EventLoop { executor.loop }
  var isWritable: Bool { true }

  func turnEnded() { delegate.streamClosed(.connectionClosed(processed: false)) }

  func send(_ bytes: ByteBuffer) {}
  func finish(trailers: HTTPFields?) {}
  func reset(_ code: UInt32) {}
  func consumed(_ count: Int) {}
}
