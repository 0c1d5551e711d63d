// Decides the single rules: decay arithmetic, edges of a limit, lines that were cut.

import MartletModel
import Testing

@Suite struct LimitRulesTests {
  private let a = LimitID(high: 0, low: 1)
  private let b = LimitID(high: 0, low: 2)
  private let now = Instant(microseconds: 1_000_000)

  private func waiter(_ number: Int64, _ wants: SlotWant...) -> LimitLine.Waiter {
    .init(id: LeaseID(high: 0, low: UInt64(number)), number: number, wants: wants)
  }

  private func served(_ line: LimitLine) -> [UInt64] {
    var line = line
    return line.serve(at: now).grants.map(\.id.value.low)
  }

  @Test func slotsComeBackByTimeOneAfterAnother() {
    var limit = LimitOccupancy(id: a, slots: 2, decay: SlotDecay(perSecond: 2))
    for _ in 0..<2 {
      #expect(limit.room(for: 1, at: now) == .free)
      _ = limit.take(1, at: now)
    }
    let half = Instant(microseconds: 1_500_000)
    #expect(limit.room(for: 1, at: now) == .full(until: half))
    #expect(limit.room(for: 1, at: half) == .free)
    #expect(limit.room(for: 2, at: half) == .full(until: half + .milliseconds(500)))
    #expect(limit.taken(at: now) == 2)
    #expect(limit.taken(at: now + .milliseconds(499)) == 2)
    #expect(limit.taken(at: half) == 1)
    #expect(limit.taken(at: now + .seconds(1)) == 0)
    // Ten calls at two a second, two of them at once, take four seconds.
    var time = now
    for _ in 0..<8 {
      guard case .full(let until?) = limit.room(for: 1, at: time) else {
        Issue.record("there should be no room")
        return
      }
      time = until
      _ = limit.take(1, at: time)
    }
    #expect(now.distance(to: time) == .seconds(4))
  }

  @Test func aRateIsNeverFasterThanAsked() {
    #expect(SlotDecay(perSecond: 3)?.interval.microseconds == 333_334)
    #expect(SlotDecay(perSecond: 1_000_000)?.interval.microseconds == 1)
    #expect(SlotDecay(perSecond: 0.00001)?.interval == .seconds(100_000))
    for rate in [0, -1, 0.000009, 2_000_000, .infinity, .nan] {
      #expect(SlotDecay(perSecond: rate) == nil)
    }
  }

  @Test func edgesOfALimit() {
    let none = LimitOccupancy(id: a, slots: 0)
    #expect(none.room(for: 1, at: now) == .closed)
    let over = LimitOccupancy(id: a, slots: 2, held: 5)
    #expect(over.room(for: 1, at: now) == .full(until: nil))
    #expect(over.room(for: 3, at: now) == .tooMany)
    var disabled = LimitOccupancy(id: a, slots: 0, isEnabled: false, held: 9)
    #expect(disabled.room(for: 4, at: now) == .free)
    #expect(disabled.take(4, at: now).returnTime == nil)
    #expect(disabled.taken(at: now) == 13)
  }

  @Test func aNewcomerDoesNotPassTheLine() {
    let limits = [a: LimitOccupancy(id: a, slots: 3, held: 1)]
    let want = [SlotWant(a, slots: 1)]
    #expect(
      LimitAdmission.decide(want, limits: limits, lines: [:], now: now)
        == .granted([SlotHold(a, slots: 1)]))
    #expect(
      LimitAdmission.decide(want, limits: limits, lines: [a: 1], now: now)
        == .full(a, until: nil))
    #expect(
      LimitAdmission.decide([SlotWant(a, slots: 4)], limits: limits, lines: [a: 1], now: now)
        == .tooMany(a, slots: 3))
  }

  @Test func aLargeRequestIsNotStarvedBySmallOnes() {
    let line = [waiter(1, SlotWant(a, slots: 3)), waiter(2, SlotWant(a, slots: 1))]
    #expect(served(LimitLine(limits: [.init(id: a, slots: 3, held: 1)], waiters: line)) == [])
    #expect(served(LimitLine(limits: [.init(id: a, slots: 3)], waiters: line)) == [1])
    // One who wants more than there is does not hold up the others.
    #expect(served(LimitLine(limits: [.init(id: a, slots: 2)], waiters: line)) == [2])
  }

  @Test func severalLimitsAreGrantedTogetherOrNotAtAll() {
    let line = [
      waiter(1, SlotWant(a, slots: 1), SlotWant(b, slots: 1)), waiter(2, SlotWant(a, slots: 1)),
      waiter(3, SlotWant(b, slots: 1)),
    ]
    let free = LimitOccupancy(id: a, slots: 1)
    let full = LimitOccupancy(id: b, slots: 1, held: 1)
    // What is free of the first limit is kept for the one who waits for the second.
    #expect(served(LimitLine(limits: [free, full], waiters: line)) == [])
    #expect(served(LimitLine(limits: [free, .init(id: b, slots: 1)], waiters: line)) == [1])
    // A limit that nobody looks after in this round is nobody's to grant.
    #expect(served(LimitLine(limits: [free], waiters: line)) == [])
  }

  @Test func whatIsBeyondACutLineWaits() {
    let line = [
      waiter(5, SlotWant(a, slots: 1)), waiter(9, SlotWant(a, slots: 1), SlotWant(b, slots: 1)),
    ]
    var cut = LimitLine(
      limits: [.init(id: a, slots: 9), .init(id: b, slots: 9)], waiters: line, ends: [b: 7])
    let round = cut.serve(at: now)
    #expect(round.grants.map(\.id.value.low) == [5])
    #expect(round.hasMore)
  }

  @Test func aCutLineIsLookedAtAgainOnlyForThoseWhoMayBeNext() {
    func round(_ line: [LimitLine.Waiter], held: Int64, isEnabled: Bool = true) -> LimitLine.Round {
      var line = LimitLine(
        limits: [
          .init(id: a, slots: 2, isEnabled: isEnabled, held: held),
          .init(id: b, slots: 1, isEnabled: true, held: 1),
        ], waiters: line, ends: [a: 3])
      return line.serve(at: now)
    }
    let all = (1...3).map { waiter(Int64($0), SlotWant(a, slots: 1)) }
    // One of them is served, and the next keeps all behind from the rest.
    #expect(!round(all, held: 1).isCutShort)
    // All that were seen are served.
    #expect(round(Array(all.prefix(2)), held: 0).hasMore)
    #expect(round(all, held: 0).grants.count == 2 && !round(all, held: 0).hasMore)
    // Those who were seen can never be served.
    let never = round([waiter(1, SlotWant(a, slots: 9))], held: 0)
    #expect(never.grants.isEmpty && never.isCutShort && !never.hasMore)
    // A limit that refuses nobody has no line.
    let joint = waiter(1, SlotWant(a, slots: 1), SlotWant(b, slots: 1))
    #expect(round([joint], held: 0, isEnabled: false).isCutShort)
    #expect(!round([joint], held: 0).isCutShort)
  }

  @Test func onlyFreshIdsAreNew() throws {
    let id = LeaseID.v7(now: now, random: (1, 2))
    try id.validate(now: now + .hours(1))
    #expect(throws: InvalidValue.self) { try id.validate(now: now + .hours(2)) }
    #expect(throws: InvalidValue.self) {
      try LeaseID(high: 0x4000, low: 1 << 63).validate(now: now)
    }
    #expect(LeaseID.memory > LeaseID.timeTolerance + LeaseID.timeTolerance)
  }

  @Test func aNamespaceStaysInItsShard() {
    #expect(LimitShard(.standard) == LimitShard(.standard))
    let shards = Set((0..<200).map { LimitShard(Namespace(unchecked: "n\($0)")) })
    #expect(shards == Set(LimitShard.all))
  }
}
