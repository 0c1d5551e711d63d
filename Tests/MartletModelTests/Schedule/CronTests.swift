// Tests what cron expressions mean and how wrong ones are refused.

import MartletModel
import Testing

@Suite struct CronTests {
  private func next(
    _ text: String, after: String, _ limit: Int = 3, isEitherDay: Bool = true
  ) throws -> [String] {
    try answers(
      try cron(text, isEitherDay: isEitherDay), "UTC", from: after, limit: limit
    ).map { String($0.dropLast(3)) }
  }

  @Test func fieldsAndWords() throws {
    let start = "2026-01-01T00:00:00Z"
    #expect(
      try next("*/20 9-10 * JAN mon-WED", after: start, 4) == [
        "2026-01-05T09:00:00", "2026-01-05T09:20:00", "2026-01-05T09:40:00",
        "2026-01-05T10:00:00",
      ])
    #expect(
      try next("0 22-2/2 * * *", after: start) == [
        "2026-01-01T00:00:00", "2026-01-01T02:00:00", "2026-01-01T22:00:00",
      ])
    #expect(
      try next("0 0 * * fri-mon", after: start, 4) == [
        "2026-01-02T00:00:00", "2026-01-03T00:00:00", "2026-01-04T00:00:00",
        "2026-01-05T00:00:00",
      ])
    #expect(
      try next("0 0 * * * 30,45", after: start, 2) == [
        "2026-01-01T00:00:30", "2026-01-01T00:00:45",
      ])
    #expect(try next("0 0 * * 7", after: start, 1) == ["2026-01-04T00:00:00"])
    #expect(
      try next("5-5 5-5 * * *", after: start, 2) == ["2026-01-01T05:05:00", "2026-01-02T05:05:00"])
  }

  @Test func daysOfTheMonthAndTheWeek() throws {
    let start = "2026-01-01T00:00:00Z"
    #expect(
      try next("0 0 13 * fri", after: start) == [
        "2026-01-02T00:00:00", "2026-01-09T00:00:00", "2026-01-13T00:00:00",
      ])
    #expect(
      try next("0 0 13 * fri", after: start, 2, isEitherDay: false) == [
        "2026-02-13T00:00:00", "2026-03-13T00:00:00",
      ])
    #expect(
      try next("0 0 L * ?", after: "2028-02-01T00:00:00Z", 2) == [
        "2028-02-29T00:00:00", "2028-03-31T00:00:00",
      ])
    #expect(
      try next("0 0 1W,31W * *", after: "2026-08-01T00:00:00Z") == [
        "2026-08-03T00:00:00", "2026-08-31T00:00:00", "2026-09-01T00:00:00",
      ])
    #expect(
      try next("0 0 * * fri#2,L1", after: start) == [
        "2026-01-09T00:00:00", "2026-01-26T00:00:00", "2026-02-13T00:00:00",
      ])
    #expect(
      try next("0 0 1 * 5#2", after: start, 2) == ["2026-01-01T00:00:00", "2026-01-09T00:00:00"])
    #expect(try next("0 0 29 2 *", after: "2096-03-01T00:00:00Z", 1) == ["2104-02-29T00:00:00"])
    #expect(
      try next("59 23 31 12 *", after: "2026-12-31T23:59:00Z", 2) == [
        "2026-12-31T23:59:00", "2027-12-31T23:59:00",
      ])
  }

  @Test(arguments: [
    ("61 * * * *", "cron.minute 61 is above 59"),
    ("* 24 * * *", "cron.hour 24 is above 23"),
    ("* * 0 * *", "cron.day 0 is below 1"),
    ("* * * foo *", "cron.month has 'foo': use 1 to 12, jan to dec, lists, a-b and /n"),
    ("* * * * 8", "cron.weekday 8 is above 7"),
    ("* * * * 1#6", "cron.weekday has '1#6': a month has a first to a fifth, as in 5#2"),
    ("* * * * * 60", "cron.second 60 is above 59"),
    ("*/0 * * * *", "cron.minute has the step '0': a step is a number from 1"),
    ("1,,2 * * * *", "cron.minute has an empty place in its list"),
    ("* * *", "cron has 3 fields: give 5 (minute hour day month weekday), or 6 with seconds last"),
    ("0 0 30 2 *", "cron never fires: its months have no such day; change day or month"),
    ("H * * * *", "cron.minute has 'h': use 0 to 59, lists, a-b and /n"),
    (
      "@reboot",
      "cron '@reboot' is not known: use one of @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly"
    ),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    #expect(throws: InvalidValue.self) { try CronExpression(text) }
    do { _ = try CronExpression(text) } catch { #expect("\(error)" == message) }
  }

  @Test func longTextsAreRefused() {
    let text = "0 0 " + String(repeating: "1,", count: 300) + "1 * *"
    #expect(throws: InvalidValue("cron", "is longer than 500 bytes")) { try CronExpression(text) }
  }
}
