// Decides that random histories of limits keep their promises: never over, never unfair, never stuck, empty in the end.

import MartletModel
import Testing

@Suite struct LimitHistoryTests {
  @Test(arguments: 0..<20) func neverOverTheLimit(_ seed: UInt64) {
    var history = LimitHistory(seed: seed, limits: 4)
    for step in 0..<400 {
      history.step()
      for id in history.limits.keys {
        let limit = history.counted(id)
        #expect(limit.held <= limit.slots, "seed \(seed), step \(step)")
        #expect(limit.taken(at: history.now) <= limit.slots, "seed \(seed), step \(step)")
      }
    }
    // A bucket of n slots that refills at r a second gives at most n + r × t in any span t.
    for (index, first) in history.granted.enumerated() {
      guard let decay = history.limits[first.limit]?.decay else { continue }
      var sum: Int64 = 0
      for grant in history.granted[index...] where grant.limit == first.limit {
        sum += Int64(grant.slots)
        let span = Double(first.time.distance(to: grant.time).microseconds) / 1_000_000
        let most = Double(history.limits[first.limit]!.slots) + span * decay.perSecond
        #expect(Double(sum) <= most + 0.001, "seed \(seed)")
      }
    }
  }

  /// Of two who wait for a limit in common, the first is served first.
  @Test(arguments: 0..<20) func firstComeFirstServed(_ seed: UInt64) {
    var history = LimitHistory(seed: seed, limits: 4)
    for _ in 0..<400 {
      let before = history.line
      let count = history.served.count
      history.step()
      for later in history.served[count...] {
        for earlier in before where earlier.number < later.number {
          guard history.line.contains(where: { $0.id == earlier.id }) else { continue }
          let common = Set(earlier.wants.map(\.limit)).intersection(later.wants.map(\.limit))
          #expect(common.isEmpty, "seed \(seed): \(later.number) before \(earlier.number)")
        }
      }
    }
  }

  /// Nobody stays in line who could be served: after a round the first who wants no limit of an earlier one is blocked
  /// by slots that are taken.
  @Test(arguments: 0..<20) func leavesNobodyWhoCouldBeServed(_ seed: UInt64) {
    var history = LimitHistory(seed: seed, limits: 4)
    for step in 0..<400 {
      history.step()
      var before: Set<LimitID> = []
      let limits = history.occupancies
      for waiter in history.line {
        let wants = waiter.wants.map(\.limit)
        let isFree = waiter.wants.allSatisfy {
          limits[$0.limit]!.room(for: $0.slots, at: history.now) == .free
        }
        #expect(!(isFree && before.isDisjoint(with: wants)), "seed \(seed), step \(step)")
        before.formUnion(wants)
      }
    }
  }

  /// When holders only leave and time passes, everybody is served, and all slots are back in the end.
  @Test(arguments: 0..<20) func everybodyIsServedInTheEnd(_ seed: UInt64) {
    var history = LimitHistory(seed: seed, limits: 4)
    for _ in 0..<300 { history.step() }
    var rounds = 0
    while !history.line.isEmpty || !history.holders.isEmpty {
      rounds += 1
      guard rounds < 5000 else {
        Issue.record("seed \(seed): \(history.line.count) starve")
        return
      }
      history.giveBack()
      history.now = history.now + .milliseconds(100)
      history.serve()
    }
    history.now = history.now + .hours(1)
    for id in history.limits.keys {
      #expect(history.counted(id).taken(at: history.now) == 0, "seed \(seed)")
    }
  }

  /// The time that a line gives for its first is right to the microsecond.
  @Test(arguments: 0..<20) func dueTimesAreExact(_ seed: UInt64) {
    var history = LimitHistory(seed: seed, limits: 6)
    for _ in 0..<200 {
      history.step()
      let round = history.serve()
      #expect(round.grants.isEmpty, "seed \(seed): a round left somebody")
      for (id, due) in round.due {
        var early = history
        early.now = due + Interval(microseconds: -1)
        #expect(!early.serve().grants.contains { $0.id == id }, "seed \(seed)")
        var late = history
        late.now = due
        #expect(late.serve().grants.contains { $0.id == id }, "seed \(seed)")
      }
    }
  }
}
