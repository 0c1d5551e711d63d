// Tests what holds of schedules of every kind: bounds, anchors, and that a question costs no walk from the anchor.

import MartletModel
import Testing

@Suite struct TimetableTests {
  @Test func intervalsHaveAnchors() throws {
    let rule = try every(.milliseconds(1500), from: "2026-01-01T00:00:00.250Z")
    let from = instant("2026-01-01T00:00:01Z")
    let found = try Schedule(rule).occurrences(from: from, limit: 2, in: .utc).map(\.instant)
    #expect(found == [instant("2026-01-01T00:00:01.75Z"), instant("2026-01-01T00:00:03.25Z")])
    let before = try Schedule(rule).occurrences(
      from: instant("2025-12-31T23:59:58Z"), limit: 1, in: .utc)
    #expect(before.map(\.instant) == [instant("2025-12-31T23:59:58.75Z")])
  }

  /// A time that one night shifted is itself again the next day, unlike in Prefect.
  @Test func daysComeBackToTheirHour() throws {
    let rule = try every(.hours(48), from: "2026-03-27T01:30:00.5Z")
    #expect(
      try answers(rule, "Europe/Berlin", from: "2026-03-26T00:00:00Z", limit: 3) == [
        "2026-03-27T02:30:00+01", "2026-03-29T03:30:00+02 shifted", "2026-03-31T02:30:00+02",
      ])
    let found = try Schedule(rule, zone: "Europe/Berlin").occurrences(
      from: instant("2026-03-31T00:30:00.6Z"), limit: 1, in: try ZoneFile.zone("Europe/Berlin"))
    #expect(found.map(\.instant) == [instant("2026-04-02T00:30:00.5Z")])
  }

  @Test func startAndEndBound() throws {
    let schedule = try Schedule(
      try cron("@daily"), start: instant("2026-01-02T00:00:00Z"),
      end: instant("2026-01-04T00:00:00Z"))
    let found = try schedule.occurrences(
      from: instant("2020-01-01T00:00:00Z"), limit: 100, in: .utc)
    #expect(found.map { $0.local.description } == ["2026-01-02T00:00:00", "2026-01-03T00:00:00"])
    #expect(
      try schedule.occurrences(
        from: instant("2020-01-01T00:00:00Z"), to: instant("2026-01-03T00:00:00Z"), limit: 100,
        in: .utc
      ).count == 1)
  }

  @Test func mistakesAreNamed() throws {
    let daily = try cron("@daily")
    #expect(
      throws: InvalidValue("zone", "'../etc' is no name of a zone: use one like Europe/Berlin")
    ) {
      try Schedule(daily, zone: "../etc")
    }
    #expect(throws: InvalidValue("zone", "is UTC, the recurrence has Europe/Berlin: give one")) {
      try Schedule(
        try recurrence("DTSTART;TZID=Europe/Berlin:20260101T000000", "RRULE:FREQ=DAILY"),
        zone: "UTC")
    }
    #expect(throws: InvalidValue("end", "is not after the start")) {
      try Schedule(daily, start: .epoch, end: .epoch)
    }
    #expect(throws: InvalidValue("interval.length", "is 0 ms: give 100 ms to 100 years")) {
      try every(.zero, from: "2026-01-01T00:00:00Z")
    }
    #expect(throws: InvalidValue("zone", "is Europe/Berlin, the data is of UTC")) {
      try Timetable(try Schedule(daily, zone: "Europe/Berlin"), in: .utc)
    }
    #expect(throws: InvalidValue("zone", "X has a damaged file: install tzdata anew")) {
      try Zone(name: "X", tzif: Array("TZif2".utf8))
    }
  }

  /// Asked for the next occurrence, no rule walks from its anchor: a question costs about as much as one at the anchor
  /// itself, and a thousand of them a blink. A walk over these anchors would take hours.
  @Test func theNextOneIsFoundAtOnce() throws {
    let zone = try ZoneFile.zone("America/New_York")
    let rules: [Schedule.Rule] = [
      try cron("* * * * * *"), try cron("30 2 29 2 *"),
      try every(.milliseconds(100), from: "1970-01-01T00:00:00Z"),
      try recurrence("DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY;INTERVAL=7;BYHOUR=2,3"),
      try recurrence("DTSTART:19700101T000000", "RRULE:FREQ=MINUTELY;INTERVAL=11;BYDAY=SU"),
      try recurrence("DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY;COUNT=900000000"),
      try recurrence("DTSTART:19700101T000000", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=-1"),
    ]
    let far = instant("2039-03-13T06:59:59.9Z")
    for rule in rules {
      let timetable = try Timetable(try Schedule(rule, zone: zone.name), in: zone)
      let duration = ContinuousClock().measure {
        for _ in 0..<1000 { _ = timetable.next(atOrAfter: far) }
      }
      if case .recurrence(let recurrence) = rule, recurrence.text.contains("COUNT") {
        #expect(timetable.next(atOrAfter: far) == nil)
      } else {
        #expect(timetable.next(atOrAfter: far) != nil)
      }
      print("schedule: \(duration / 1000) a question")
      #expect(duration < .seconds(2))
    }
  }

  /// Damaged bytes are refused or read, never more.
  @Test func damagedZonesAreRefused() throws {
    let whole = try ZoneFile.bytes("Europe/Berlin")
    var random = Seeded(1)
    for _ in 0..<3000 {
      var bytes = whole
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      }
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      guard let zone = try? Zone(name: "X", tzif: bytes) else { continue }
      let schedule = try Schedule(try cron("0 * * * *"), zone: "X")
      let found = try schedule.occurrences(from: .epoch, limit: 5, in: zone)
      #expect(zip(found, found.dropFirst()).allSatisfy { $0.instant < $1.instant })
    }
  }
}
