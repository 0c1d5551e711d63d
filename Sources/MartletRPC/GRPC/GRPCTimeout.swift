// Decides how `grpc-timeout` is read and written: at most eight digits and a unit
// (gRPC over HTTP/2, "Timeout").

/// The `grpc-timeout` field.
enum GRPCTimeout {
  /// Reads a value; nil when it is malformed.
  static func parse(_ bytes: UnsafeRawBufferPointer) -> Duration? {
    guard bytes.count >= 2, bytes.count <= 9 else { return nil }
    var value: Int64 = 0
    for byte in bytes.dropLast() {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    return switch bytes[bytes.count - 1] {
    case UInt8(ascii: "H"): .seconds(value * 3600)
    case UInt8(ascii: "M"): .seconds(value * 60)
    case UInt8(ascii: "S"): .seconds(value)
    case UInt8(ascii: "m"): .milliseconds(value)
    case UInt8(ascii: "u"): .microseconds(value)
    case UInt8(ascii: "n"): .nanoseconds(value)
    default: nil
    }
  }

  /// Writes a value in the finest unit that eight digits hold, rounded up so that nothing is lost.
  static func text(_ timeout: Duration) -> String {
    let (seconds, attoseconds) = timeout.components
    let limit: Int64 = 99_999_999
    if seconds < 0 || (seconds == 0 && attoseconds <= 0) { return "0n" }
    let nanoseconds = attoseconds / 1_000_000_000
    if seconds == 0, nanoseconds <= limit { return "\(max(1, nanoseconds))n" }
    if seconds < 99 { return "\(seconds * 1_000_000 + (nanoseconds + 999) / 1_000)u" }
    if seconds < 99_999 { return "\(seconds * 1_000 + (nanoseconds + 999_999) / 1_000_000)m" }
    if seconds < limit { return "\(seconds + (nanoseconds > 0 ? 1 : 0))S" }
    return "\(min(limit, seconds / 3600 + 1))H"
  }
}
