// Decides what the `Date` of a response is (RFC 9110, 5.6.7 and 6.6.1): the second at which it is written, made into
// text once a second.

import Glibc

/// The text of the current second. Confined to one loop.
final class HTTPDate {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static let length = 29
  private static let days = Array("SunMonTueWedThuFriSat".utf8)
  private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

  private let text = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 1)
  private var second = time_t.min

  deinit { text.deallocate() }

  /// The text for now; valid until it is asked for again.
  var now: UnsafeRawBufferPointer {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return text(at: time.tv_sec)
  }

  /// The text of a second since 1970; valid until another is asked for.
  func text(at wanted: time_t) -> UnsafeRawBufferPointer {
    if wanted != second {
      second = wanted
      write(wanted)
    }
    return UnsafeRawBufferPointer(text)
  }

  private func write(_ second: time_t) {
    var second = second
    var parts = tm()
    gmtime_r(&second, &parts)
    let (day, month) = (Int(parts.tm_wday) * 3, Int(parts.tm_mon) * 3)
    var bytes: [UInt8] = Array(Self.days[day..<day + 3]) + Array(", ".utf8)
    bytes += Self.digits(parts.tm_mday, 2) + Array(" ".utf8)
    bytes += Self.months[month..<month + 3] + Array(" ".utf8)
    bytes += Self.digits(parts.tm_year + 1900, 4) + Array(" ".utf8)
    bytes += Self.digits(parts.tm_hour, 2) + Array(":".utf8)
    bytes += Self.digits(parts.tm_min, 2) + Array(":".utf8)
    bytes += Self.digits(parts.tm_sec, 2) + Array(" GMT".utf8)
    text.copyBytes(from: bytes)
  }

  private static func digits(_ number: Int32, _ count: Int) -> [UInt8] {
    var rest = number
    var bytes = [UInt8](repeating: 0x30, count: count)
    for at in bytes.indices.reversed() {
      bytes[at] += UInt8(rest % 10)
      rest /= 10
    }
    return bytes
  }
}
