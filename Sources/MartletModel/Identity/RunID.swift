// Decides what the id of a run may be, and how ids are made: the id is the idempotency key.

/// The id of a run: UUIDv7 when a client or the server made it, v8 for a tick of a schedule, v4 from
/// programs that know nothing else.
public struct RunID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are, unchecked.
  public init(_ value: UUIDValue) { self.value = value }

  /// How far the time in a UUIDv7 may be from the server's clock.
  ///
  /// A day covers a client that spooled through an outage or whose clock is set to local time; what
  /// is further off would land in a partition that is not made yet or is already dropped.
  public static let timeTolerance = Interval.hours(24)

  /// Makes a UUIDv7 (RFC 9562 section 5.7), whose first random bits are microseconds, so that what one program makes in a
  /// millisecond is in order too (section 6.2, method 3).
  ///
  /// - Parameters:
  ///   - now: The time.
  ///   - random: 128 random bits, of which 64 are used.
  public static func v7(now: Instant, random: (UInt64, UInt64)) -> RunID {
    let microseconds = UInt64(clamping: now.microseconds)
    let milliseconds = microseconds / 1000 & 0xFFFF_FFFF_FFFF
    return RunID(
      high: milliseconds << 16 | 0x7000 | (microseconds % 1000) << 2 | random.0 & 0x3,
      low: 0b10 << 62 | random.1 & 0x3FFF_FFFF_FFFF_FFFF)
  }

  /// Makes the UUIDv8 of a scheduled run (RFC 9562 section 5.8), the same for the same tick.
  ///
  /// - Parameters:
  ///   - tick: When the run is due; milliseconds of it are kept.
  ///   - hash: 128 bits derived from namespace, schedule, generation, tick and backfill, of which 74
  ///     are used.
  public static func scheduled(tick: Instant, hash: (UInt64, UInt64)) -> RunID {
    let milliseconds = UInt64(clamping: tick.microseconds / 1000) & 0xFFFF_FFFF_FFFF
    return RunID(
      high: milliseconds << 16 | 0x8000 | hash.0 & 0x0FFF,
      low: 0b10 << 62 | hash.1 & 0x3FFF_FFFF_FFFF_FFFF)
  }

  /// The time an id of version 7 or 8 carries; nil for others, which are kept in the outliers.
  public var time: Instant? {
    guard value.version == 7 || value.version == 8 else { return nil }
    return Instant(microseconds: Int64(value.high >> 16) * 1000)
  }

  /// Checks an id that a client made.
  ///
  /// - Throws: `InvalidValue` with the reason: a version other than 7 and 4, another variant, or a
  ///   UUIDv7 whose time is further from `now` than `timeTolerance`.
  public func validate(now: Instant) throws(InvalidValue) {
    guard value.hasStandardVariant else {
      throw InvalidValue("id", "is not a UUID of the RFC 9562 variant")
    }
    switch value.version {
    case 4: return
    case 7:
      guard let time, time.distance(to: now).magnitude <= Self.timeTolerance else {
        throw InvalidValue(
          "id", "is a UUIDv7 whose time is more than 24 hours from the server's: check the clock")
      }
    case 8: throw InvalidValue("id", "is a UUIDv8, which only the scheduler makes: send a UUIDv7")
    default:
      throw InvalidValue("id", "is a UUID of version \(value.version): send a UUIDv7")
    }
  }
}
