// Decides the seam by which another protocol, such as WebSocket, takes a connection over from HTTP/1.1
// (RFC 9110, 7.8).

public import NIOCore

/// A protocol that a listener can go over to.
public struct HTTPUpgrade: Sendable {
  /// What becomes of a request that asks for the protocol.
  public enum Answer: Sendable {
    /// Go over: the fields of the 101 response, and what then puts the protocol's handlers at the end of the
    /// channel's pipeline, on its loop. Bytes that came early are read by them.
    case accept(HTTPFields, install: @Sendable (any Channel, HTTPPeer) throws -> Void)
    /// Serve it as the request it is without the upgrade.
    case decline
  }

  /// The name in the `Upgrade` field, in lower case.
  public let name: String
  /// Judges a request, on the loop of its connection. Whoever accepts has checked its `Origin` and `Host`.
  public let judge: @Sendable (HTTPRequestHead) -> Answer

  /// Names a protocol.
  public init(name: String, judge: @escaping @Sendable (HTTPRequestHead) -> Answer) {
    self.name = name
    self.judge = judge
  }
}
