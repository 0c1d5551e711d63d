// Decides that times are read by the calendar, and that sums stop at the ends of time.

import Foundation
import MartletModel
import Testing

@Suite struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1),
    ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:59:59.5Z", -500_000),
    ("2000-02-29", 951_782_400_000_000), ("2026-11-21T09:30:00.1234567Z", 1_795_253_400_123_456),
    ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ("2026-11-21 09:30:00-03:30", 1_795_266_000_000_000),
  ])
  func timesAreRead(text: String, microseconds: Int64) {
    #expect(Instant(rfc3339: text) == Instant(microseconds: microseconds))
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-11-21T", "2026-11-21T09:30:00",
    "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:60Z", "2026-11-21T09:30Z",
    "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00Z ", "0000-01-01", "2026-11-21T09:30:00+1:00",
    "1900-02-29", "2026-1-01",
  ])
  func otherTextIsNoTime(text: String) { #expect(Instant(rfc3339: text) == nil) }

  @Test func everyDayAgreesWithAnotherCalendar() throws {
    let formatter = ISO8601DateFormatter()
    for day in stride(from: -40_000, to: 60_000, by: 37) {
      let text = formatter.string(from: Date(timeIntervalSince1970: Double(day) * 86_400))
      #expect(
        Instant(rfc3339: text) == Instant(microseconds: Int64(day) * 86_400_000_000), "\(text)")
    }
  }

  @Test func sumsStopAtTheEnds() {
    let end = Instant(microseconds: .max)
    #expect(end + .seconds(1) == end)
    #expect(Instant(microseconds: .min) + .seconds(-1) == Instant(microseconds: .min))
    #expect(Instant(microseconds: .min).distance(to: end) == Interval(microseconds: .max))
    #expect(end.distance(to: Instant(microseconds: .min)) == Interval(microseconds: .min))
    #expect(Interval(microseconds: .min).magnitude == Interval(microseconds: .max))
  }
}
