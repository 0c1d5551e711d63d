// Decides that schedules come back from their texts, and that their names follow from their rules.

import MartletModel
import Testing

@Suite struct ScheduleSpecTests {
  private func specs() throws -> [ScheduleSpec] {
    let times = Instant(microseconds: 1_700_000_000_123_456)
    return [
      ScheduleSpec(slug: "a", schedule: try Schedule(.cron(CronExpression("0 6 * * 1-5")))),
      ScheduleSpec(
        slug: "b",
        schedule: try Schedule(
          .cron(CronExpression("*/10 0 6 1 mon 30", isEitherDay: false)), zone: "Europe/Berlin",
          policy: LocalTimePolicy(skipped: .skip, repeated: .both), start: times,
          end: times + .hours(1)),
        parameters: #"{"a":1.50,"b":"é\n"}"#, catchUp: CatchUp(.all, within: .seconds(5)),
        overlap: .cancelRunning, jitter: try Jitter(below: .seconds(90)),
        horizon: .init(minRuns: 1, maxRuns: 7, ahead: .hours(48))),
      ScheduleSpec(
        slug: "c",
        schedule: try Schedule(
          .interval(IntervalRule(length: .milliseconds(1500), anchor: times)), zone: "Asia/Tokyo",
          policy: LocalTimePolicy(repeated: .second)), catchUp: CatchUp(.none), overlap: .bufferOne),
      ScheduleSpec(
        slug: "d",
        schedule: try Schedule(
          .recurrence(
            Recurrence("DTSTART;TZID=America/New_York:20240101T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO"))
        ), overlap: .skip),
    ]
  }

  @Test func everyRuleComesBack() throws {
    for spec in try specs() {
      let text = spec.text
      let again = try ScheduleSpec(text: text, isPaused: spec.isPaused)
      #expect(again == spec)
      #expect(again.text == text)
      var paused = spec
      paused.isPaused = true
      #expect(paused.text == text, "the pause is kept beside the text")
      #expect(try ScheduleSpec(text: text, isPaused: true) == paused)
    }
    #expect(throws: InvalidValue.self) { try ScheduleSpec(text: "{}", isPaused: false) }
    #expect(throws: InvalidValue.self) { try ScheduleSpec(text: "[", isPaused: false) }
  }

  @Test func textsAreSorted() throws {
    #expect(
      try specs()[0].text
        == #"{"ahead":3600000000,"catch_up":"latest","cron":"0 6 * * 1-5","max_runs":100,"min_runs":3,"#
        + #""overlap":"allow","repeated":"first","skipped":"shift","slug":"a","zone":"UTC"}"#)
  }

  @Test func theNamelessAreNamedAfterTheirRules() throws {
    func spec(_ rule: Schedule.Rule, _ slug: String = "") throws -> ScheduleSpec {
      ScheduleSpec(
        slug: slug, schedule: try Schedule(rule), parameters: #"{"b":1,"a":{"d":2,"c":3}}"#)
    }
    let anchor = Instant.epoch
    let named = try ScheduleSpec.named(
      [
        spec(.cron(CronExpression("@daily"))), spec(.cron(CronExpression("*/5 6 * * fri"))),
        spec(.interval(IntervalRule(length: .seconds(5400), anchor: anchor))),
        spec(.interval(IntervalRule(length: .hours(48), anchor: anchor))),
        spec(.interval(IntervalRule(length: .milliseconds(100), anchor: anchor))),
        spec(.recurrence(Recurrence("FREQ=DAILY;BYHOUR=6"))), spec(.cron(CronExpression("@daily"))),
        spec(.cron(CronExpression("0 0 * * *")), "daily-3"),
      ], "schedules")
    #expect(
      named.map(\.slug) == [
        "daily", "cron-any-5-6-any-any-fri", "every-90m", "every-2d", "every-100ms",
        "rrule-freq-daily-byhour-6", "daily-2", "daily-3",
      ])
    #expect(named[0].parameters == #"{"a":{"c":3,"d":2},"b":1}"#)
  }

  @Test func mistakesAreNamed() throws {
    func error(_ specs: [ScheduleSpec]) -> String? {
      do throws(InvalidValue) { _ = try ScheduleSpec.named(specs, "d.schedules") } catch {
        return error.field
      }
      return nil
    }
    let good = try specs()[0]
    func with(_ change: (inout ScheduleSpec) -> Void) -> ScheduleSpec {
      var spec = good
      change(&spec)
      return spec
    }
    #expect(error([good]) == nil)
    #expect(error([good, good]) == "d.schedules[1].slug")
    #expect(error([with { $0.slug = "Big" }]) == "d.schedules[0].slug")
    #expect(error([with { $0.horizon.minRuns = 101 }]) == "d.schedules[0].horizon.min_runs")
    #expect(error([with { $0.horizon.maxRuns = 2 }]) == "d.schedules[0].horizon.max_runs")
    #expect(error([with { $0.horizon.ahead = .hours(2401) }]) == "d.schedules[0].horizon.ahead")
    #expect(error([with { $0.parameters = "[]" }]) == "d.schedules[0].parameters")
    #expect(error(Array(repeating: with { $0.slug = "" }, count: 51)) == "d.schedules")
  }

  @Test func whatStaysAndWhatIsReplaced() throws {
    let now = Instant(microseconds: 1_000_000_000)
    let all = try specs()
    let kept = all.enumerated().map { index, spec in
      KeptSchedule(
        id: ScheduleID(high: 1, low: UInt64(index)), spec: spec, isHeld: false, generation: 4,
        firedUntil: index == 1 ? now + .hours(1) : .epoch)
    }
    #expect(ScheduleChange(from: kept, to: all, isPaused: false, now: now).isEmpty)

    var wanted = all
    wanted[0].overlap = .skip
    wanted[2].isPaused = true
    wanted.remove(at: 3)
    wanted.append(ScheduleSpec(slug: "new", schedule: all[0].schedule))
    let change = ScheduleChange(from: kept, to: wanted, isPaused: false, now: now)
    #expect(change.inserted.map(\.slug) == ["new"])
    #expect(change.deleted == [kept[3].id])
    #expect(change.updated.map(\.schedule.id) == [kept[0].id, kept[2].id])
    #expect(change.updated.allSatisfy { $0.removesRuns && $0.since == now })
    #expect(change.updated.map(\.schedule.generation) == [5, 5])
    #expect(change.updated.map(\.schedule.isHeld) == [false, true])

    // A pause of all, and its end; the clock has gone back since the second one fired.
    let pause = ScheduleChange(from: kept, to: all, isPaused: true, now: now)
    #expect(pause.updated.count == 4 && pause.updated.allSatisfy { $0.schedule.isHeld })
    #expect(pause.updated[1].since == now + .hours(1))
    let held = pause.updated.map(\.schedule)
    #expect(ScheduleChange(from: held, to: all, isPaused: true, now: now, remakes: true).isEmpty)
    let noted = ScheduleChange(from: held, to: wanted, isPaused: true, now: now)
    #expect(noted.updated.map(\.since) == [now, nil])
    #expect(noted.updated.map(\.removesRuns) == [false, false])
    let resumed = ScheduleChange(from: held, to: all, isPaused: false, now: now)
    #expect(resumed.updated.count == 4 && resumed.updated.allSatisfy { !$0.removesRuns })
    #expect(resumed.updated.map(\.schedule.generation) == [5, 5, 5, 5])

    let remade = ScheduleChange(from: kept, to: all, isPaused: false, now: now, remakes: true)
    #expect(remade.updated.map(\.schedule.generation) == [5, 5, 5, 5])
    #expect(remade.updated.allSatisfy { $0.removesRuns })
  }
}
