// Decides which options of TCP's keepalive are set by their numbers: NIO names only some.

import Glibc
import NIOCore

extension NIOBSDSocket.Option {
  /// Seconds of silence before the first probe.
  static let keepaliveIdle = NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)
  /// Seconds from one probe to the next.
  static let keepaliveInterval = NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)
}
