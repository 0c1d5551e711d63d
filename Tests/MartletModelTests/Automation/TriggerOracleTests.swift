// Decides that the windows of triggers, moved event by event, fire exactly where a look at all events at once says so.

import Testing

@testable import MartletModel

@Suite struct TriggerOracleTests {
  private static let seeds = (0..<200).map { _ in UInt64.random(in: 0...UInt64.max) }

  /// Second by second: the events, then the time. Returns the seconds at which windows began that fired.
  private func machine(_ trigger: EventTrigger, _ events: [(String, Int64)], end: Int64) -> [Int64]
  {
    var bucket = trigger.opening(at: .epoch)
    var fired: [Int64] = []
    var rest = events[...]
    for second in 0...end {
      while let (name, time) = rest.first, time == second {
        rest.removeFirst()
        let event = TriggerEvent(
          id: "e", names: [name], time: .epoch + .seconds(time), resource: ["id": "x"])
        guard let step = trigger.step(bucket, event) else { continue }
        bucket = step.bucket
        if let firing = step.firing { fired.append(firing.start.microseconds / 1_000_000) }
      }
      guard let open = bucket, let step = trigger.step(open, now: .epoch + .seconds(second)) else {
        continue
      }
      bucket = step.bucket
      if let firing = step.firing { fired.append(firing.start.microseconds / 1_000_000) }
    }
    return fired
  }

  private func events(_ random: inout Seeded, _ names: [String]) -> [(String, Int64)] {
    let count = Int.random(in: 0...60, using: &random)
    return (0..<count).map { _ in
      (names.randomElement(using: &random) ?? "", Int64.random(in: 0..<200, using: &random))
    }.sorted { $0.1 < $1.1 }
  }

  @Test(arguments: seeds) func reactive(_ seed: UInt64) {
    var random = Seeded(seed)
    var trigger = EventTrigger(.reactive)
    trigger.threshold = .random(in: 1...5, using: &random)
    let within = Int64.random(in: 1...40, using: &random)
    trigger.within = .seconds(within)
    let events = events(&random, ["e"])
    // Cut into windows from the left.
    var expected: [Int64] = []
    var rest = events.map(\.1)[...]
    while let start = rest.first {
      let window = rest.prefix { $0 < start + within }
      if window.count >= trigger.threshold { expected.append(start) }
      rest = rest.dropFirst(window.count)
    }
    #expect(machine(trigger, events, end: 300) == expected, "seed \(seed)")
  }

  @Test(arguments: seeds) func absence(_ seed: UInt64) {
    var random = Seeded(seed)
    var trigger = EventTrigger(.proactive)
    trigger.threshold = .random(in: 1...5, using: &random)
    let within = Int64.random(in: 10...40, using: &random)
    trigger.within = .seconds(within)
    let events = events(&random, ["e"])
    let expected = stride(from: Int64(0), through: 300 - within, by: Int64.Stride(within)).filter {
      start in events.count { start <= $0.1 && $0.1 < start + within } < trigger.threshold
    }
    #expect(machine(trigger, events, end: 300) == expected, "seed \(seed)")
  }

  @Test(arguments: seeds) func absenceAfterSomething(_ seed: UInt64) {
    var random = Seeded(seed)
    var trigger = EventTrigger(.proactive)
    trigger.after = ["a"]
    trigger.expect = ["b"]
    trigger.threshold = .random(in: 1...3, using: &random)
    let within = Int64.random(in: 10...40, using: &random)
    trigger.within = .seconds(within)
    let events = events(&random, ["a", "b"])
    var expected: [Int64] = []
    var rest = events[...]
    while let first = rest.firstIndex(where: { $0.0 == "a" }) {
      let start = events[first].1
      rest = rest[(first + 1)...]
      let counted = rest.indices.filter {
        events[$0].0 == "b" && events[$0].1 < start + within
      }
      if counted.count >= trigger.threshold {
        rest = rest[(counted[trigger.threshold - 1] + 1)...]
      } else {
        expected.append(start)
        rest = rest.drop { $0.1 < start + within }
      }
    }
    #expect(machine(trigger, events, end: 300) == expected, "seed \(seed)")
  }
}
