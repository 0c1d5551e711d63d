// Decides which bytes may stand where a request names its host (RFC 9112, 3.2; RFC 3986, 3.2.2): a host and a port,
// and nothing that another reader could take for a user, a path or a second host.

/// The grammar of `Host` and `:authority`.
enum AuthoritySyntax {
  /// True for `host[:port]`, and for nothing at all, which names no host.
  static func isWellFormed(_ authority: UnsafeRawBufferPointer) -> Bool {
    var end = 0
    if authority.first == UInt8(ascii: "[") {
      guard let close = authority.firstIndex(of: UInt8(ascii: "]")), close > 1,
        authority[1..<close].allSatisfy({ isHostByte($0) || $0 == UInt8(ascii: ":") })
      else { return false }
      end = close + 1
    } else {
      while end < authority.count, isHostByte(authority[end]) { end += 1 }
    }
    guard end < authority.count else { return true }
    return end > 0 && authority[end] == UInt8(ascii: ":")
      && authority[(end + 1)...].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// `unreserved`, `sub-delims` and the sign of an escape.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"),
      UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
      true
    default: false
    }
  }
}
