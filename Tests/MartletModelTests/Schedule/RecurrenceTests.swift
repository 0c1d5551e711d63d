// Tests recurrences: RFC 5545's own examples (section 3.8.5.3), and how wrong ones are refused.

import MartletModel
import Testing

@Suite struct RecurrenceTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var rule: String
    var start = "19970902T090000"
    var count = 4
    var days: String
    var testDescription: String { rule }
  }

  /// The days are written as the RFC does, and end where it does or where enough are told.
  static let examples = [
    Example(
      rule: "FREQ=DAILY;COUNT=10", count: 99,
      days: "0902 0903 0904 0905 0906 0907 0908 0909 0910 0911"),
    Example(rule: "FREQ=DAILY;UNTIL=19970905T000000Z", count: 99, days: "0902 0903 0904"),
    Example(rule: "FREQ=DAILY;INTERVAL=2", days: "0902 0904 0906 0908"),
    Example(rule: "FREQ=DAILY;INTERVAL=10;COUNT=5", count: 99, days: "0902 0912 0922 1002 1012"),
    Example(
      rule: "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
      start: "19980101T090000", days: "0101 0102 0103 0104"),
    Example(
      rule: "FREQ=WEEKLY;COUNT=10", count: 99,
      days: "0902 0909 0916 0923 0930 1007 1014 1021 1028 1104"),
    Example(rule: "FREQ=WEEKLY;INTERVAL=2;WKST=SU", count: 5, days: "0902 0916 0930 1014 1028"),
    Example(
      rule: "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", count: 99,
      days: "0902 0904 0909 0911 0916 0918 0923 0925 0930 1002"),
    Example(
      rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
      start: "19970901T090000", count: 6, days: "0901 0903 0905 0915 0917 0919"),
    Example(
      rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", count: 99,
      days: "0902 0904 0916 0918 0930 1002 1014 1016"),
    Example(
      rule: "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", start: "19970905T090000", count: 99,
      days: "0905 1003 1107 1205 0102 0206 0306 0403 0501 0605"),
    Example(
      rule: "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", start: "19970907T090000", count: 99,
      days: "0907 0928 1102 1130 0104 0125 0301 0329 0503 0531"),
    Example(
      rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", start: "19970922T090000", count: 99,
      days: "0922 1020 1117 1222 0119 0216"),
    Example(
      rule: "FREQ=MONTHLY;BYMONTHDAY=-3", start: "19970928T090000", count: 6,
      days: "0928 1029 1128 1229 0129 0226"),
    Example(
      rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", count: 99,
      days: "0902 0915 1002 1015 1102 1115 1202 1215 0102 0115"),
    Example(
      rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", start: "19970930T090000", count: 99,
      days: "0930 1001 1031 1101 1130 1201 1231 0101 0131 0201"),
    Example(
      rule: "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
      start: "19970910T090000", count: 8, days: "0910 0911 0912 0913 0914 0915 0310 0311"),
    Example(
      rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", count: 6, days: "0902 0909 0916 0923 0930 1104"),
    Example(
      rule: "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", start: "19970610T090000",
      days: "0610 0710 0610 0710"),
    Example(
      rule: "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", start: "19970101T090000",
      count: 5, days: "0101 0410 0719 0101 0409"),
    Example(
      rule: "FREQ=YEARLY;BYDAY=20MO", start: "19970519T090000", count: 3, days: "0519 0518 0517"),
    Example(
      rule: "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", start: "19970512T090000", count: 3,
      days: "0512 0511 0517"),
    Example(
      rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", start: "19970313T090000", days: "0313 0320 0327 0305"),
    Example(
      rule: "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", start: "19970605T090000",
      days: "0605 0612 0619 0626"),
    Example(
      rule: "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", count: 5, days: "0213 0313 1113 0813 1013"),
    Example(
      rule: "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", start: "19970913T090000",
      count: 5, days: "0913 1011 1108 1213 0110"),
    Example(
      rule: "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
      start: "19961105T090000", count: 3, days: "1105 1107 1102"),
    Example(
      rule: "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", start: "19970904T090000", count: 99,
      days: "0904 1007 1106"),
    Example(
      rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", start: "19970929T090000", count: 7,
      days: "0929 1030 1127 1230 0129 0226 0330"),
    Example(
      rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start: "19970805T090000",
      count: 99, days: "0805 0810 0819 0824"),
    Example(
      rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start: "19970805T090000",
      count: 99, days: "0805 0817 0819 0831"),
    Example(
      rule: "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", start: "20070115T090000", count: 99,
      days: "0115 0130 0215 0315 0330"),
  ]

  @Test(arguments: examples) func theDaysOfTheRFC(_ example: Example) throws {
    let found = try answers(
      try recurrence("DTSTART;TZID=America/New_York:\(example.start)", "RRULE:\(example.rule)"),
      "America/New_York", from: "1996-01-01T00:00:00Z", limit: example.count)
    let days = found.map { String($0.dropFirst(5).prefix(5).filter { $0 != "-" }) }
    #expect(days.joined(separator: " ") == example.days)
    #expect(found.allSatisfy { $0.dropFirst(11).prefix(8) == "09:00:00" })
  }

  @Test func theHoursOfTheRFC() throws {
    func ask(_ rule: String, _ limit: Int) throws -> [String] {
      try answers(
        try recurrence("DTSTART:19970902T090000", "RRULE:\(rule)"), "America/New_York",
        from: "1997-01-01T00:00:00Z", limit: limit
      ).map { String($0.dropFirst(8).prefix(8)) }
    }
    #expect(
      try ask("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", 9) == [
        "02T09:00", "02T12:00", "02T15:00",
      ])
    #expect(
      try ask("FREQ=MINUTELY;INTERVAL=90;COUNT=4", 9) == [
        "02T09:00", "02T10:30", "02T12:00", "02T13:30",
      ])
    let every20 = try ask("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", 40)
    #expect(every20 == (try ask("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", 40)))
    #expect(every20[23...24] == ["02T16:40", "03T09:00"])
  }

  @Test func setsAddAndTakeAway() throws {
    let start = "1997-01-01T00:00:00Z"
    #expect(
      try answers(
        try recurrence(
          "DTSTART;TZID=America/New_York:19970902T090000",
          "EXDATE;TZID=America/New_York:19970902T090000",
          "RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "RDATE:19980214T100000,19980313T090000",
          "EXRULE:FREQ=DAILY;BYMONTH=11"),
        "America/New_York", from: start, limit: 4) == [
          "1998-02-13T09:00:00-05", "1998-02-14T10:00:00-05", "1998-03-13T09:00:00-05",
          "1999-08-13T09:00:00-04",
        ])
    #expect(
      try answers(
        try recurrence(
          "DTSTART:20260101T090000", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260102"),
        "UTC", from: start) == ["2026-01-01T09:00:00+00", "2026-01-03T09:00:00+00"])
    #expect(
      try answers(
        try recurrence("RRULE:FREQ=DAILY;", " COUNT=1"), "Europe/Berlin", from: start)
        == ["2020-01-01T00:00:00+01"])
    #expect(
      try answers(try recurrence("RDATE:20260329T013000Z"), "Europe/Berlin", from: start)
        == ["2026-03-29T03:30:00+02"])
  }

  @Test func countedAndPlainWeekdaysAreEither() throws {
    #expect(
      try answers(
        try recurrence("DTSTART:20260101T000000", "RRULE:FREQ=MONTHLY;BYDAY=1TU,FR"), "UTC",
        from: "2026-01-01T00:00:00Z", limit: 3) == [
          "2026-01-02T00:00:00+00", "2026-01-06T00:00:00+00", "2026-01-09T00:00:00+00",
        ])
  }

  @Test(arguments: [
    ("FREQ=DAILY;BYHOUR=24", "rrule.BYHOUR 24: '24' is not from 0 to 23"),
    ("FREQ=FORTNIGHTLY", "rrule.FREQ FORTNIGHTLY: is not known: use SECONDLY to YEARLY"),
    ("INTERVAL=2", "rrule.FREQ is missing: give SECONDLY to YEARLY"),
    ("FREQ=DAILY;FREQ=WEEKLY", "rrule.FREQ is given twice"),
    (
      "FREQ=WEEKLY;BYDAY=2MO",
      "rrule.BYDAY counts 2MO within a month or a year: write MO, or FREQ=MONTHLY"
    ),
    ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "rrule.COUNT excludes UNTIL: give one of them"),
    (
      "FREQ=DAILY;UNTIL=20260230",
      "rrule.UNTIL 20260230: '20260230' is no time: write 20260329T023000"
    ),
    ("FREQ=DAILY;BYSETPOS=1", "rrule.BYSETPOS needs another BY part to choose from"),
    ("FREQ=DAILY;BYMONTHDAY=0", "rrule.BYMONTHDAY 0: '0' is not from 1 to 31"),
    ("FREQ=DAILY;BYEASTER=1", "rrule.BYEASTER 1: is no part of a rule in RFC 5545"),
    ("DTSTART:20260101T000000", "rrule has no RRULE and no RDATE: give one"),
    ("X-NAME:1", "rrule.X-NAME is not read: use DTSTART, RRULE, RDATE, EXRULE, EXDATE"),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    #expect(throws: InvalidValue.self) { try Recurrence(text) }
    do { _ = try Recurrence(text) } catch { #expect("\(error)" == message) }
  }

  @Test func whatNeverMatchesIsRefused() throws {
    for rule in [
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
      "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
      "FREQ=MONTHLY;BYDAY=6MO",
    ] {
      let schedule = try Schedule(try recurrence("DTSTART:20250101T000000", "RRULE:" + rule))
      #expect(
        throws: InvalidValue(
          "rrule", "never matches: no day or time has all its BY parts; take out one of them"),
        "\(rule)"
      ) { try Timetable(schedule, in: .utc) }
    }
  }

  /// Beside BY parts a COUNT is walked, once; alone it is arithmetic.
  @Test func largeCountsAreBounded() throws {
    let walked = try Schedule(try recurrence("RRULE:FREQ=DAILY;BYHOUR=1,2;COUNT=100001"))
    #expect(
      throws: InvalidValue("rrule.COUNT", "100001 is above 100000 beside BY parts: use UNTIL")
    ) { try Timetable(walked, in: .utc) }
    let start = "2020-01-01T00:00:00Z"
    let plain = try recurrence("RRULE:FREQ=MINUTELY;COUNT=1000000000")
    #expect(try answers(plain, "UTC", from: start, limit: 1) == ["2020-01-01T00:00:00+00"])
    // The last is 7 × 100,001 hours after the start.
    let long = try recurrence("RRULE:FREQ=HOURLY;INTERVAL=7;COUNT=100002")
    #expect(
      try answers(long, "UTC", from: "2099-11-08T16:00:00Z") == [
        "2099-11-08T16:00:00+00", "2099-11-08T23:00:00+00",
      ])
  }

  /// Everything that comes is excluded: the search ends.
  @Test func whatIsAllExcludedIsEmpty() throws {
    let rule = try recurrence("DTSTART:20250101T000000", "RRULE:FREQ=DAILY", "EXRULE:FREQ=DAILY")
    #expect(try answers(rule, "UTC", from: "2026-01-01T00:00:00Z") == [])
  }
}
