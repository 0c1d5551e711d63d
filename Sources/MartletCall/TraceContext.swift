// Decides how a call is tied to the trace it belongs to: W3C Trace Context, level 1
// (https://www.w3.org/TR/trace-context/), kept as integers so that a call that nobody looks at pays no text.

/// The trace a call belongs to.
public struct TraceContext: Sendable, Equatable {
  /// The upper half of the trace id.
  public var traceHigh: UInt64
  /// The lower half of the trace id.
  public var traceLow: UInt64
  /// The id of the caller's span, or the one begun here.
  public var span: UInt64
  /// The trace flags; bit 0 says that the caller records the trace.
  public var flags: UInt8

  /// Makes a context of its parts.
  public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.flags = flags
  }

  /// Reads a `traceparent` header; nil when it is malformed or all zero, as section 3.2 says.
  public init?(header: String) {
    var text = header
    let parsed: TraceContext? = text.withUTF8 { bytes in
      guard bytes.count >= 55, bytes[2] == 0x2d, bytes[35] == 0x2d, bytes[52] == 0x2d,
        let version = Self.hexadecimal(bytes[0..<2]), version != 0xff,
        let high = Self.hexadecimal(bytes[3..<19]), let low = Self.hexadecimal(bytes[19..<35]),
        let span = Self.hexadecimal(bytes[36..<52]), let flags = Self.hexadecimal(bytes[53..<55]),
        high | low != 0, span != 0
      else { return nil }
      // Version 00 is exactly 55 bytes; later ones may go on after a dash.
      guard version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == 0x2d else {
        return nil
      }
      return TraceContext(
        traceHigh: high, traceLow: low, span: span, flags: UInt8(truncatingIfNeeded: flags))
    }
    guard let parsed else { return nil }
    self = parsed
  }

  /// The `traceparent` header.
  public var header: String {
    String(unsafeUninitializedCapacity: 55) { bytes in
      Self.write(0, digits: 2, to: bytes, at: 0)
      bytes[2] = 0x2d
      Self.write(traceHigh, digits: 16, to: bytes, at: 3)
      Self.write(traceLow, digits: 16, to: bytes, at: 19)
      bytes[35] = 0x2d
      Self.write(span, digits: 16, to: bytes, at: 36)
      bytes[52] = 0x2d
      Self.write(UInt64(flags), digits: 2, to: bytes, at: 53)
      return 55
    }
  }

  private static func hexadecimal(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
      case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
      default: return nil
      }
    }
    return value
  }

  private static func write(
    _ value: UInt64, digits: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) {
    for index in 0..<digits {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - index))) & 15
      bytes[offset + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
  }
}
