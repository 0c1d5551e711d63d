// Decides which options of TCP are set by their numbers: NIO names only some.

import Glibc
import NIOCore

extension NIOBSDSocket.Option {
  /// Seconds of silence before the first probe.
  static let keepaliveIdle = NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)
  /// Seconds from one probe to the next.
  static let keepaliveInterval = NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)
  /// Milliseconds for which a peer may take nothing of what was sent to it (RFC 5482; tcp(7), TCP_USER_TIMEOUT).
  static let userTimeout = NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)
}
