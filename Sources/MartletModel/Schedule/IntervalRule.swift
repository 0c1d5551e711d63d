// Decides when an interval fires: whole days on the wall clock, everything else in elapsed time.

/// An interval from an anchor, before and after it.
public struct IntervalRule: Sendable, Hashable {
  /// The distance of two occurrences.
  public let length: Interval
  /// Where an occurrence is.
  public let anchor: Instant

  /// Makes a rule.
  ///
  /// - Parameters:
  ///   - length: a number of whole days keeps the anchor's local time of day; any other counts elapsed time.
  ///   - anchor: its fraction of a second is kept.
  /// - Throws: ``InvalidValue`` for a length that is out of bounds or has a fraction of a millisecond.
  public init(length: Interval, anchor: Instant) throws(InvalidValue) {
    let bounds = ScheduleLimits.interval
    guard bounds ~= length else {
      throw InvalidValue(
        "interval.length",
        "is \(length.microseconds / 1000) ms: give \(bounds.lowerBound.microseconds / 1000) ms to 100 years"
      )
    }
    guard length.microseconds % 1000 == 0 else {
      throw InvalidValue("interval.length", "has a fraction of a millisecond: give whole ones")
    }
    try InvalidValue.check(anchor, "interval.anchor")
    self.length = length
    self.anchor = anchor
  }

  /// The anchor of a rule that has none: 2020-01-01 00:00 in its zone, as in Prefect.
  public static func standardAnchor(in zone: Zone) -> Instant {
    let midnight = LocalTime(2020, 1, 1).seconds
    let offset = zone.span(at: midnight).offset
    // No clock was changed that night.
    return Instant(microseconds: Int64(midnight - offset) * 1_000_000)
  }

  private static let day = Interval.hours(24).microseconds

  /// The number of days, when there is nothing beside them.
  var days: Int? {
    length.microseconds % Self.day == 0 ? Int(length.microseconds / Self.day) : nil
  }

  /// The first occurrence in elapsed time that is not before an instant.
  func next(atOrAfter instant: Instant) -> Instant? {
    let (distance, overflow) =
      instant.microseconds.subtractingReportingOverflow(anchor.microseconds)
    guard !overflow else { return nil }
    let steps = distance.dividedUp(by: length.microseconds)
    let (offset, isFar) = steps.multipliedReportingOverflow(by: length.microseconds)
    let (time, isLate) = anchor.microseconds.addingReportingOverflow(offset)
    return isFar || isLate ? nil : Instant(microseconds: time)
  }
}

/// Every so many days at the same local time.
struct DayStep: Sendable, Hashable {
  let days: Int
  let anchor: LocalTime

  func next(atOrAfter time: LocalTime) -> LocalTime? {
    let length = days * 86_400
    let steps = (time.seconds - anchor.seconds).dividedUp(by: length)
    let next = LocalTime(seconds: anchor.seconds + steps * length)
    return next <= .latest ? next : nil
  }
}
