// Plays a week of a thousand schedules in virtual time, with schedulers that die in the middle of their steps: each time
// becomes one run, through a night in which clocks change.

import MartletModel
import Testing

@Suite(.timeLimit(.minutes(10))) struct ScheduleWeekTests {
  /// What a database would hold of one schedule.
  private struct World {
    var row: ScheduleRow
    var items: [RunID: ScheduledItem] = [:]
    var started: [Instant: Int] = [:]
    var crashes = 0

    /// One look of a scheduler, which may die anywhere: what it had not written is lost.
    mutating func look(_ timetable: Timetable, now: Instant, dies: () -> Bool) {
      if dies() { return crash() }
      for making in [
        ScheduleMaking.overdue(row, timetable, now: now),
        ScheduleMaking.ahead(row, timetable, now: now),
      ].compactMap({ $0 }) {
        for tick in making.ticks {
          let id = RunID.of(
            .init(scheduleID: row.id, time: tick.time), in: row.namespace,
            generation: row.generation)
          if started[tick.time] == nil, items[id] == nil {
            items[id] = ScheduledItem(runID: id, tick: tick.time, due: tick.due, gate: .undecided)
          }
          if dies() { return crash() }
        }
        row.madeUntil = max(row.madeUntil, making.madeUntil)
      }
      let letting = ScheduleLetting(row, items: Array(items.values), now: now)
      for id in letting.opened {
        if dies() { return crash() }
        if let item = items.removeValue(forKey: id) { started[item.tick, default: 0] += 1 }
      }
      row.firedUntil = max(row.firedUntil, now)
    }

    private mutating func crash() { crashes += 1 }

    /// When a scheduler looks again.
    func wake(_ timetable: Timetable, now: Instant) -> Instant {
      let due = items.values.filter { $0.gate == .undecided }.map(\.due).min()
      return max(
        now + .milliseconds(1),
        min(due ?? now + .hours(24), row.makeTime(timetable, now: now) ?? now + .hours(24)))
    }
  }

  @Test func aWeekOfAThousandSchedules() throws {
    // From Monday, October 19, 2026: the clocks of Europe go back on Sunday.
    let start = Instant(microseconds: 1_792_368_000_000_000)
    let end = start + .hours(24 * 7)
    let rules = [
      "30 2 * * *", "0 */6 * * *", "15 8-18/5 * * 1-5", "0 0 * * sun", "59 23 28 * *",
      "7 */3 * * *",
    ]
    let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    var crashes = 0
    var times = 0
    for number in 0..<1000 {
      let rule: Schedule.Rule =
        number % 7 == 6
        ? .interval(try IntervalRule(length: .seconds(Int64(7200 + number * 7)), anchor: start))
        : .cron(try CronExpression(rules[number % 7 % rules.count]))
      let zone = zones[number % zones.count]
      var spec = ScheduleSpec(
        slug: "s", schedule: try Schedule(rule, zone: zone), catchUp: CatchUp(.all))
      if number % 5 == 0 { spec.jitter = try Jitter(below: .seconds(600)) }
      let timetable = try Timetable(spec.schedule, in: try ZoneFile.zone(zone))
      var world = World(
        row: ScheduleRow(
          id: ScheduleID(high: 1, low: UInt64(number)), namespace: .standard, spec: spec,
          since: start, madeUntil: start, firedUntil: start))
      var now = start
      while now < end + .hours(1) {
        world.look(timetable, now: now) { Int.random(in: 0..<20, using: &random) == 0 }
        now = world.wake(timetable, now: now)
      }
      let expected = timetable.occurrences(
        from: start + Interval(microseconds: 1), to: end, limit: 10_000
      ).map(\.instant)
      let started = world.started.keys.filter { $0 < end }.sorted()
      #expect(started == expected, "schedule \(number), \(zone), seed \(seed)")
      #expect(world.started.values.allSatisfy { $0 == 1 })
      crashes += world.crashes
      times += expected.count
    }
    #expect(crashes > 1000 && times > 10_000)
  }
}
