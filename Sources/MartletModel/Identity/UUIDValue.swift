// Decides how the 128 bits of an identifier are compared, parsed and written.

/// The 128 bits of a UUID, ordered as its bytes are.
public struct UUIDValue: Sendable, Hashable, Comparable {
  /// The first eight bytes, big-endian.
  public var high: UInt64
  /// The last eight bytes, big-endian.
  public var low: UInt64

  /// Makes a value of its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The version nibble (RFC 9562 section 4.2).
  public var version: Int { Int(high >> 12 & 0xF) }

  /// Whether the variant bits are those of RFC 9562 (binary 10).
  public var hasStandardVariant: Bool { low >> 62 == 0b10 }

  /// Orders by the bytes, first byte first: the order Postgres gives `uuid`.
  public static func < (left: UUIDValue, right: UUIDValue) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  /// Reads the 36-character form with hyphens, in either case; nil for anything else.
  public init?(text: some StringProtocol) {
    var halves: (UInt64, UInt64) = (0, 0)
    var position = 0
    var digits = 0
    for byte in text.utf8 {
      switch position {
      case 8, 13, 18, 23:
        guard byte == UInt8(ascii: "-") else { return nil }
      default:
        let digit: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
        default: return nil
        }
        if digits < 16 {
          halves.0 = halves.0 << 4 | UInt64(digit)
        } else {
          halves.1 = halves.1 << 4 | UInt64(digit)
        }
        digits += 1
      }
      position += 1
      if position > 36 { return nil }
    }
    guard position == 36 else { return nil }
    self.init(high: halves.0, low: halves.1)
  }

  /// The lower-case 36-character form.
  public var text: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      var written = 0
      for index in 0..<32 {
        if index == 8 || index == 12 || index == 16 || index == 20 {
          buffer[written] = UInt8(ascii: "-")
          written += 1
        }
        let half = index < 16 ? high : low
        let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - index % 16 * 4) & 0xF)
        buffer[written] = digit < 10 ? digit &+ UInt8(ascii: "0") : digit &+ UInt8(ascii: "a") &- 10
        written += 1
      }
      return written
    }
  }
}

/// An identifier of one sort of thing, so that a run's id is never taken for a session's.
public protocol UniqueIdentifier: Sendable, Hashable, Comparable, CustomStringConvertible,
  LosslessStringConvertible
{
  /// The bits.
  var value: UUIDValue { get }
  /// Takes bits as they are, unchecked.
  init(_ value: UUIDValue)
}

extension UniqueIdentifier {
  /// Makes an identifier of its two halves, unchecked.
  public init(high: UInt64, low: UInt64) { self.init(UUIDValue(high: high, low: low)) }

  /// Reads the 36-character form, in either case; nil for anything else.
  public init?(_ description: String) {
    guard let value = UUIDValue(text: description) else { return nil }
    self.init(value)
  }

  /// The lower-case 36-character form.
  public var description: String { value.text }

  /// Orders by the bytes.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// The random name of a process that would execute a run; a transition into RUNNING binds it.
public struct ExecutionID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The name of an executor's session, whose lease its heartbeats renew.
public struct SessionID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}
