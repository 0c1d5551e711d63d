// Decides how large messages may be, and from which size on they are handled off the event loop.

/// The sizes that a server or a channel allows, in bytes.
public struct CallSizes: Sendable, Equatable {
  /// Longest message received.
  public var received: Int
  /// Longest message sent.
  public var sent: Int
  /// Messages longer than this are decoded and encoded off the event loop.
  public var offLoop: Int

  /// 4 MiB either way, 64 KiB on the loop.
  public static let standard = CallSizes(received: 4 << 20, sent: 4 << 20, offLoop: 64 << 10)

  /// Makes sizes in bytes.
  public init(received: Int = 4 << 20, sent: Int = 4 << 20, offLoop: Int = 64 << 10) {
    self.received = received
    self.sent = sent
    self.offLoop = offLoop
  }
}
