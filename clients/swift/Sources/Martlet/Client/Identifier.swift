// Decides how clients make ids: UUIDv7 for what they create, random UUIDv4 for processes and sessions.

internal import Glibc

/// Makers of identifiers.
public enum Identifier {
  /// A UUIDv7 (RFC 9562 section 5.7): ordered by time, so that rows made together lie together.
  public static func timeOrdered() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    return text(
      milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF),
      1 << 63 | UInt64.random(in: 0...UInt64.max) >> 2)
  }

  /// A UUIDv4 (RFC 9562 section 5.4): nobody can guess it.
  public static func random() -> String {
    text(
      UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000,
      1 << 63 | UInt64.random(in: 0...UInt64.max) >> 2)
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    func hex(_ value: UInt64, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    return [
      hex(high >> 32, 8), hex(high >> 16 & 0xFFFF, 4), hex(high & 0xFFFF, 4), hex(low >> 48, 4),
      hex(low & 0xFFFF_FFFF_FFFF, 12),
    ].joined(separator: "-")
  }
}
