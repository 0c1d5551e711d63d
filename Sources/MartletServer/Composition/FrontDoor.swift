// Decides what is answered while a server is starting: that it is.

internal import MartletHTTP
internal import MartletPrefect
internal import MartletRPC
internal import NIOCore
internal import Synchronization

/// Takes requests from the moment the port is ours, and serves them as soon as there is something to serve with.
final class FrontDoor: HTTPHandler {
  private let server = Mutex<RPCServer?>(nil)
  private let prefect = Mutex<PrefectAPI?>(nil)

  /// Lets requests in.
  func open(_ server: RPCServer, _ prefect: PrefectAPI?) {
    self.prefect.withLock { $0 = prefect }
    self.server.withLock { $0 = server }
  }

  /// Lets WebSockets in, once there is something that serves them.
  var upgrades: [HTTPUpgrade] {
    [
      HTTPUpgrade(name: "websocket") { [self] head in
        prefect.withLock { $0 }?.judge(head) ?? .decline
      }
    ]
  }

  func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    if let server = server.withLock({ $0 }) { return server.accept(head, on: stream) }
    // By the Connect protocol for those who speak it; a gRPC client reads UNAVAILABLE out of the 503.
    let isJSON = head.fields["content-type"]?.hasPrefix("application/json") ?? false
    let body =
      isJSON ? #"{"code":"unavailable","message":"the server is starting"}"# : "starting\n"
    stream.respond(
      HTTPResponseHead(
        status: 503,
        fields: [
          "content-type": isJSON ? "application/json" : "text/plain; charset=utf-8",
          "retry-after": "1",
        ]))
    stream.send(ByteBuffer(string: body))
    stream.finish(trailers: nil)
    return Turned(stream)
  }

  /// Reads the rest of a request that nobody wants.
  private final class Turned: HTTPStreamDelegate {
    private let stream: any HTTPServerStream
    init(_ stream: any HTTPServerStream) { self.stream = stream }
    func streamReceived(_ bytes: inout ByteBuffer) { stream.consumed(bytes.readableBytes) }
    func streamReceivedEnd(trailers: HTTPFields?) {}
    func streamBecameWritable() {}
    func streamClosed(_ error: HTTPStreamError?) {}
  }
}
