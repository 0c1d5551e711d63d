// Decides what a channel asks of a connection, so that one over sockets and one in process look alike.

import MartletHTTP
import NIOCore

/// A connection to a server. Touched on its loop.
protocol ClientRoad: AnyObject, Sendable {
  /// False once no further exchange may be opened.
  var isAcceptingStreams: Bool { get }
  /// Names who hears of changes.
  func observe(_ observer: ChannelCore)
  /// Sends a request and returns its sending half.
  func open(_ head: HTTPRequestHead, delegate: any HTTPResponseDelegate) -> any HTTPStream
  /// Takes no further exchanges and closes once those open have ended. From any thread.
  func drain()
  /// Closes at once. From any thread.
  func close()
}

extension HTTPClientConnection: ClientRoad {
  func observe(_ observer: ChannelCore) { setObserver(observer) }
}
