// Tests what becomes of occurrences that were missed, that overlap, or that are spread.

import MartletModel
import Testing

@Suite struct SchedulePolicyTests {
  private func at(_ minutes: Int64...) -> [Instant] {
    minutes.map { Instant(microseconds: $0 * 60_000_000) }
  }

  private let now = Instant(microseconds: 60 * 60_000_000)
  private let grace = Interval.seconds(60)

  @Test func whatWasMissed() {
    let due = at(0, 20, 40, 70)
    let none = CatchUp(.none).decide(due, now: now, grace: grace)
    #expect(none.fires == [] && none.missed == at(0, 20, 40))
    let latest = CatchUp(.latest).decide(due, now: now, grace: grace)
    #expect(latest.fires == at(40) && latest.missed == at(0, 20))
    let all = CatchUp(.all, within: .seconds(2400)).decide(due, now: now, grace: grace)
    #expect(all.fires == at(20, 40) && all.missed == at(0))
    for choice in CatchUp.Choice.allCases {
      #expect(CatchUp(choice).decide(at(60), now: now, grace: grace).fires == at(60))
    }
    #expect(CatchUp(.latest).decide(at(20, 59), now: now, grace: grace).fires == at(59))
    #expect(
      CatchUp(.latest, within: .seconds(60)).decide(at(20), now: now, grace: grace).missed
        == at(20))
  }

  @Test func whatOverlaps() {
    let due = at(1, 2, 3)
    #expect(Overlap.allow.decide(due, running: 5, waiting: false).starts == due)
    #expect(Overlap.skip.decide(due, running: 1, waiting: false).skipped == due)
    let free = Overlap.skip.decide(due, running: 0, waiting: false)
    #expect(free.starts == at(1) && free.skipped == at(2, 3))
    let buffer = Overlap.bufferOne.decide(due, running: 1, waiting: false)
    #expect(buffer.waits == at(1)[0] && buffer.skipped == at(2, 3) && buffer.starts == [])
    #expect(Overlap.bufferOne.decide(due, running: 1, waiting: true).skipped == due)
    let both = Overlap.bufferOne.decide(due, running: 0, waiting: false)
    #expect(both.starts == at(1) && both.waits == at(2)[0] && both.skipped == at(3))
    let cancel = Overlap.cancelRunning.decide(due, running: 1, waiting: false)
    #expect(cancel.starts == at(3) && cancel.skipped == at(1, 2) && cancel.cancelsRunning)
    #expect(!Overlap.cancelRunning.decide(due, running: 0, waiting: false).cancelsRunning)
    #expect(!Overlap.cancelRunning.decide([], running: 1, waiting: false).cancelsRunning)
  }

  @Test func whatWaitsStartsOnceAllMay() throws {
    var spec = ScheduleSpec(slug: "s", schedule: try Schedule(.cron(CronExpression("@hourly"))))
    let items = [Placement.Gate.open, .buffered, .buffered].enumerated().map { place, gate in
      ScheduledItem(
        runID: RunID(high: 1, low: UInt64(place)), tick: at(Int64(place))[0],
        due: at(Int64(place))[0], gate: gate)
    }
    for (overlap, running, expected) in [
      (Overlap.bufferOne, true, []), (.bufferOne, false, [1]), (.allow, true, [1, 2]),
      (.allow, false, [1, 2]),
    ] as [(Overlap, Bool, [Int])] {
      spec.overlap = overlap
      let row = ScheduleRow(
        id: ScheduleID(high: 1, low: 1), namespace: .standard, spec: spec, since: .epoch,
        madeUntil: now, firedUntil: now)
      let letting = ScheduleLetting(row, items: running ? items : Array(items[1...]), now: now)
      #expect(letting.opened == expected.map { items[$0].runID }, "\(overlap) \(running)")
      #expect(letting.buffered.isEmpty && letting.refused.isEmpty && letting.cancelled.isEmpty)
    }
  }

  @Test func jitterSpreadsAndKeepsTheOrder() throws {
    let jitter = try Jitter(below: .seconds(90))
    var delays: [Int64] = []
    for minute in 0..<500 as Range<Int64> {
      let (tick, next) = (at(minute)[0], at(minute + 1)[0])
      let schedule = UUIDValue(high: 7, low: UInt64(minute))
      let time = jitter.time(of: tick, before: next, schedule: schedule)
      #expect(time >= tick && time < next)
      #expect(time == jitter.time(of: tick, before: next, schedule: schedule))
      delays.append(tick.distance(to: time).microseconds / 1_000_000)
    }
    #expect(Set(delays).count > 45)
    let none = try Jitter(below: .zero)
    #expect(none.time(of: now, before: nil, schedule: UUIDValue(high: 1, low: 1)) == now)
    #expect(throws: InvalidValue.self) { try Jitter(below: .hours(25)) }
  }
}
