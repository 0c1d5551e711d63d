// Decides the seam between HTTP and what is served over it: one request and its response as two objects
// that call each other on the connection's event loop, with credit for flow control in both directions.
// HTTP/1.1, HTTP/2 and the in-process transport all speak it.

public import NIOCore

/// The head of a request.
public struct HTTPRequestHead: Sendable {
  /// The version of the connection.
  public enum Version: Sendable, Equatable { case http1, http2 }

  /// `GET`, `POST`, …
  public var method: String
  /// `http` or `https`.
  public var scheme: String
  /// The `:authority` pseudo-header or `Host`.
  public var authority: String
  /// The request target with its query.
  public var path: String
  /// The other fields, names in lower case.
  public var fields: HTTPFields
  /// The version of the connection.
  public var version: Version

  /// Makes a head.
  public init(
    method: String, scheme: String = "http", authority: String = "", path: String,
    fields: HTTPFields = HTTPFields(), version: Version = .http2
  ) {
    self.method = method
    self.scheme = scheme
    self.authority = authority
    self.path = path
    self.fields = fields
    self.version = version
  }
}

/// The head of a response.
public struct HTTPResponseHead: Sendable {
  /// The status code.
  public var status: Int
  /// The fields, names in lower case.
  public var fields: HTTPFields
  /// Whether the transport says when it was written (RFC 9110, 6.6.1). gRPC hands every field to the program as
  /// metadata, and does without.
  public var isDated: Bool

  /// Makes a head.
  public init(status: Int, fields: HTTPFields = HTTPFields(), isDated: Bool = true) {
    self.status = status
    self.fields = fields
    self.isDated = isDated
  }
}

/// Why an exchange ended before its time.
public enum HTTPStreamError: Error, Sendable, Equatable {
  /// The peer reset the stream, with its HTTP/2 error code.
  case reset(UInt32)
  /// The connection was lost or closed; `processed` is false when the peer surely did not see the request.
  case connectionClosed(processed: Bool)
  /// A limit was passed; the text says which.
  case limit(String)
  /// The peer broke the protocol; the text says how.
  case protocolViolation(String)
}

/// The sending half of an exchange, made by the transport. Every call is made on `eventLoop`.
///
/// Sends never fail: on a closed stream they do nothing, and the delegate has been told.
public protocol HTTPStream: AnyObject {
  /// The loop on which the exchange lives.
  var eventLoop: any EventLoop { get }
  /// Runs tasks on that loop.
  var executor: LoopExecutor { get }
  /// The other end of the connection.
  var peer: HTTPPeer { get }
  /// False once more than the high-water mark waits to be sent; `streamBecameWritable` follows.
  var isWritable: Bool { get }
  /// Appends to the body.
  func send(_ bytes: ByteBuffer)
  /// Ends the body, with trailers if given.
  func finish(trailers: HTTPFields?)
  /// Ends the exchange at once with an HTTP/2 error code (HTTP/1.1 closes the connection).
  func reset(_ code: UInt32)
  /// Says that `count` received bytes were used up, so that the peer may send as many again.
  func consumed(_ count: Int)
}

/// A stream as a server sees it.
public protocol HTTPServerStream: HTTPStream {
  /// Sends the head of the response; once, before any body. Held until the next send or the end of the turn.
  func respond(_ head: HTTPResponseHead)
}

/// What receives an exchange: calls come on the loop, in order, and `streamClosed` is the last, exactly once.
public protocol HTTPStreamDelegate: AnyObject {
  /// Bytes of the body; they count against the window until `consumed`.
  func streamReceived(_ bytes: inout ByteBuffer)
  /// The peer's half is complete.
  func streamReceivedEnd(trailers: HTTPFields?)
  /// What was queued has been sent; `isWritable` is true again.
  func streamBecameWritable()
  /// Nothing more follows; nil when both halves ended well.
  func streamClosed(_ error: HTTPStreamError?)
}

/// What receives the response on a client.
public protocol HTTPResponseDelegate: HTTPStreamDelegate {
  /// The final head of the response.
  func streamReceivedHead(_ head: HTTPResponseHead)
}

/// Serves requests: the one thing a listener needs.
public protocol HTTPHandler: Sendable {
  /// Takes a request, on the loop of its connection, and returns what receives the rest of it.
  ///
  /// The handler may respond before this returns.
  func accept(_ head: HTTPRequestHead, on stream: any HTTPServerStream) -> any HTTPStreamDelegate
}
