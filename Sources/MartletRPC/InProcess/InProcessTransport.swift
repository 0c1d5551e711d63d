// Decides how a server is called without a socket: through the same handler, the same framing and the same
// flow control as over one.

import Logging
import MartletCall
public import MartletHTTP
import NIOCore

/// A server in this process. Tests of an API need no more.
public final class InProcessTransport: Sendable {
  private let handler: any HTTPHandler
  private let executor: LoopExecutor

  /// Serves a handler on a loop.
  public init(_ handler: any HTTPHandler, on executor: LoopExecutor) {
    self.handler = handler
    self.executor = executor
  }

  /// A channel to the server.
  public func channel(
    configuration: RPCChannel.Configuration = RPCChannel.Configuration()
  ) -> RPCChannel {
    var configuration = configuration
    if configuration.authority.isEmpty { configuration.authority = "localhost" }
    return RPCChannel(
      ChannelCore(executor: executor, configuration: configuration) { [handler, executor] in
        InProcessRoad(handler, executor)
      })
  }

  /// Sends a whole request and returns the whole response, for anything that is not gRPC.
  public func send(_ head: HTTPRequestHead, body: [UInt8] = []) async throws(HTTPStreamError)
    -> (head: HTTPResponseHead, body: [UInt8], trailers: HTTPFields?)
  {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<WholeResponse.Content, HTTPStreamError>, Never>) in
      executor.submit { [handler, executor] in
        let receiver = WholeResponse { continuation.resume(returning: $0) }
        let exchange = InProcessExchange(executor)
        let stream = exchange.open(head, handler, receiver)
        receiver.stream = stream
        if !body.isEmpty { stream.send(ByteBuffer(bytes: body)) }
        stream.finish(trailers: nil)
      }
    }
    let content = try result.get()
    return (content.head, content.body, content.trailers)
  }
}

/// Gathers a response.
private final class WholeResponse: HTTPResponseDelegate {
  struct Content: Sendable {
    var head = HTTPResponseHead(status: 0)
    var body: [UInt8] = []
    var trailers: HTTPFields?
  }
  private var content = Content()
  private var done: ((Result<Content, HTTPStreamError>) -> Void)?
  weak var stream: (any HTTPStream)?

  init(_ done: @escaping (Result<Content, HTTPStreamError>) -> Void) { self.done = done }

  func streamReceivedHead(_ head: HTTPResponseHead) { content.head = head }
  func streamReceived(_ bytes: inout ByteBuffer) {
    stream?.consumed(bytes.readableBytes)
    content.body += Array(buffer: bytes)
  }
  func streamReceivedEnd(trailers: HTTPFields?) {
    content.trailers = trailers
    finish(.success(content))
  }
  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) {
    finish(.failure(error ?? .connectionClosed(processed: true)))
  }

  private func finish(_ result: Result<Content, HTTPStreamError>) {
    done?(result)
    done = nil
  }
}

/// A connection that is none: each exchange goes straight to the handler.
///
/// `@unchecked Sendable`: touched on the loop of its executor only.
final class InProcessRoad: ClientRoad, @unchecked Sendable {
  private let handler: any HTTPHandler
  private let executor: LoopExecutor
  private var exchanges: [ObjectIdentifier: InProcessExchange] = [:]
  private(set) var isAcceptingStreams = true

  init(_ handler: any HTTPHandler, _ executor: LoopExecutor) {
    self.handler = handler
    self.executor = executor
  }

  func observe(_ observer: ChannelCore) {}

  func open(_ head: HTTPRequestHead, delegate: any HTTPResponseDelegate) -> any HTTPStream {
    let exchange = InProcessExchange(executor)
    let id = ObjectIdentifier(exchange)
    exchanges[id] = exchange
    exchange.ended = { [weak self] in self?.exchanges[id] = nil }
    return exchange.open(head, handler, delegate)
  }

  func drain() { executor.submit { self.isAcceptingStreams = false } }

  func close() {
    executor.submit { [self] in
      isAcceptingStreams = false
      for exchange in exchanges.values { exchange.fail(.connectionClosed(processed: true)) }
    }
  }
}
