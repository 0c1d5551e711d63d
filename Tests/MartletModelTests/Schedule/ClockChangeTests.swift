// Tests the nights when clocks change, in zones that change them in different ways, by hand.

import MartletModel
import Testing

@Suite struct ClockChangeTests {
  private let daily = "30 2 * * *"

  @Test func berlinSkipsAnHour() throws {
    let night = ("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z")
    #expect(
      try answers(try cron(daily), "Europe/Berlin", from: night.0, to: night.1) == [
        "2026-03-28T02:30:00+01", "2026-03-29T03:30:00+02 shifted", "2026-03-30T02:30:00+02",
      ])
    let skip = LocalTimePolicy(skipped: .skip)
    #expect(
      try answers(try cron(daily), "Europe/Berlin", from: night.0, to: night.1, skip) == [
        "2026-03-28T02:30:00+01", "2026-03-30T02:30:00+02",
      ])
    #expect(
      try answers(
        try cron(daily), "Europe/Berlin", from: night.0, to: night.1, skip, withDropped: true)
        == [
          "2026-03-28T02:30:00+01", "2026-03-29T03:30:00+02 skipped", "2026-03-30T02:30:00+02",
        ])
  }

  @Test func berlinRepeatsAnHour() throws {
    func ask(_ repeated: LocalTimePolicy.Repeated, withDropped: Bool = false) throws -> [String] {
      try answers(
        try cron(daily), "Europe/Berlin", from: "2026-10-25T00:00:00Z", to: "2026-10-26T00:00:00Z",
        LocalTimePolicy(repeated: repeated), withDropped: withDropped)
    }
    #expect(try ask(.first) == ["2026-10-25T02:30:00+02 first"])
    #expect(try ask(.second) == ["2026-10-25T02:30:00+01 second"])
    #expect(
      try ask(.both) == ["2026-10-25T02:30:00+02 first", "2026-10-25T02:30:00+01 second"])
    #expect(
      try ask(.first, withDropped: true) == [
        "2026-10-25T02:30:00+02 first", "2026-10-25T02:30:00+01 second dropped",
      ])
  }

  /// A weekly schedule comes back for its second time as well, though its next regular one is far away.
  @Test func whatIsRareIsRepeatedToo() throws {
    #expect(
      try answers(
        try cron("30 2 * * sun"), "Europe/Berlin", from: "2026-10-24T00:00:00Z", limit: 3,
        LocalTimePolicy(repeated: .both)) == [
          "2026-10-25T02:30:00+02 first", "2026-10-25T02:30:00+01 second",
          "2026-11-01T02:30:00+01",
        ])
    #expect(
      try answers(
        try recurrence("DTSTART:20261025T023000", "RRULE:FREQ=DAILY;COUNT=1"), "Europe/Berlin",
        from: "2026-10-24T00:00:00Z", LocalTimePolicy(repeated: .second)) == [
          "2026-10-25T02:30:00+01 second"
        ])
  }

  /// Cron follows the clock, an interval follows the time that passes.
  @Test func hoursOfNewYork() throws {
    let spring = ("2026-03-08T05:30:00Z", "2026-03-08T08:30:00Z")
    #expect(
      try answers(try cron("0 * * * *"), "America/New_York", from: spring.0, to: spring.1) == [
        "2026-03-08T01:00:00-05", "2026-03-08T03:00:00-04", "2026-03-08T04:00:00-04",
      ])
    let autumn = ("2026-11-01T04:30:00Z", "2026-11-01T08:00:00Z")
    #expect(
      try answers(try cron("0 * * * *"), "America/New_York", from: autumn.0, to: autumn.1) == [
        "2026-11-01T01:00:00-04 first", "2026-11-01T02:00:00-05",
      ])
    #expect(
      try answers(
        try every(.hours(1), from: "2020-01-01T00:00:00Z"), "America/New_York", from: autumn.0,
        to: autumn.1) == [
          "2026-11-01T01:00:00-04 first", "2026-11-01T01:00:00-05 second",
          "2026-11-01T02:00:00-05",
        ])
  }

  @Test func lordHoweChangesByHalfAnHour() throws {
    #expect(
      try answers(
        try cron("15 2 * * *"), "Australia/Lord_Howe", from: "2026-10-02T12:00:00Z", limit: 3) == [
          "2026-10-03T02:15:00+10:30", "2026-10-04T02:45:00+11 shifted",
          "2026-10-05T02:15:00+11",
        ])
    #expect(
      try answers(
        try cron("45 1 * * *"), "Australia/Lord_Howe", from: "2026-04-04T14:00:00Z", limit: 2,
        LocalTimePolicy(repeated: .both)) == [
          "2026-04-05T01:45:00+11 first", "2026-04-05T01:45:00+10:30 second",
        ])
  }

  /// Morocco sets its clock back for Ramadan, and forth after it.
  @Test func casablancaRests() throws {
    #expect(
      try answers(
        try cron("30 2 * * *"), "Africa/Casablanca", from: "2026-02-14T12:00:00Z", limit: 2) == [
          "2026-02-15T02:30:00+01 first", "2026-02-16T02:30:00+00",
        ])
    #expect(
      try answers(
        try cron("30 2 * * *"), "Africa/Casablanca", from: "2026-03-21T12:00:00Z", limit: 2) == [
          "2026-03-22T03:30:00+01 shifted", "2026-03-23T02:30:00+01",
        ])
  }

  /// Summer time began at midnight in Brazil: a day without a first hour.
  @Test func saoPauloSkipsMidnight() throws {
    #expect(
      try answers(
        try cron("@daily"), "America/Sao_Paulo", from: "2018-11-03T00:00:00Z", limit: 3) == [
          "2018-11-03T00:00:00-03", "2018-11-04T01:00:00-02 shifted", "2018-11-05T00:00:00-02",
        ])
    #expect(
      try answers(
        try every(.hours(24), from: "2018-11-01T03:00:00Z"), "America/Sao_Paulo",
        from: "2018-11-04T00:00:00Z", limit: 2) == [
          "2018-11-04T01:00:00-02 shifted", "2018-11-05T00:00:00-02",
        ])
  }

  @Test func kathmanduIsThreeQuartersOff() throws {
    #expect(
      try answers(try cron("0 9 * * *"), "Asia/Kathmandu", from: "2026-01-01T00:00:00Z", limit: 1)
        == ["2026-01-01T09:00:00+05:45"])
    #expect(
      try answers(
        try cron("55 23 31 12 *"), "Asia/Kathmandu", from: "1985-06-01T00:00:00Z", limit: 2) == [
          "1985-12-31T23:55:00+05:30", "1986-12-31T23:55:00+05:45",
        ])
  }

  /// Samoa left out a day.
  @Test func apiaSkipsADay() throws {
    #expect(
      try answers(
        try cron("0 12 * * *"), "Pacific/Apia", from: "2011-12-29T20:00:00Z", limit: 3,
        LocalTimePolicy(skipped: .skip)) == [
          "2011-12-29T12:00:00-10", "2011-12-31T12:00:00+14", "2012-01-01T12:00:00+14",
        ])
  }

  /// After the last transition of a file its rule holds for ever.
  @Test func theRuleOfAFileGoesOn() throws {
    #expect(
      try answers(
        try cron(daily), "Europe/Berlin", from: "2091-03-24T00:00:00Z", limit: 2) == [
          "2091-03-24T02:30:00+01", "2091-03-25T03:30:00+02 shifted",
        ])
    #expect(
      try answers(try cron("0 3 1 7 *"), "America/Nuuk", from: "2500-01-01T00:00:00Z", limit: 1)
        == ["2500-07-01T03:00:00-01"])
  }
}
