// Decides that ids are read, written, ordered and checked as promised.

import MartletModel
import Testing

@Suite struct RunIDTests {
  let now = Instant(microseconds: 1_800_000_000_123_456)

  @Test func v7CarriesItsTime() throws {
    let id = RunID.v7(now: now, random: (.max, .max))
    #expect(id.value.version == 7 && id.value.hasStandardVariant)
    #expect(id.time == Instant(microseconds: 1_800_000_000_123_000))
    #expect(id.description == "01a3185c-507b-7723-bfff-ffffffffffff")
    #expect(RunID(id.description) == id)
    #expect(RunID(id.description.uppercased()) == id)
    try id.validate(now: now)
  }

  @Test func v7IsInOrderWithinAMillisecond() {
    var random = Seeded(2)
    let ids = (0..<1000).map {
      RunID.v7(now: now + Interval(microseconds: $0), random: (random.next(), random.next()))
    }
    #expect(ids == ids.sorted())
  }

  @Test func scheduledIdsAreTheSameForTheSameTick() {
    let id = RunID.scheduled(tick: now, hash: (1, 2))
    #expect(id == RunID.scheduled(tick: now, hash: (1, 2)))
    #expect(id.value.version == 8 && id.value.hasStandardVariant && id.time != nil)
  }

  @Test(arguments: [
    "", "x", "01a3185c-507b-7fff-bfff-fffffffffff", "01a3185c507b7fffbfffffffffffffff",
    "01a3185c-507b-7fff-bfff-ffffffffffffa", "01a3185c-507b-7fff-bfff_ffffffffffff",
    "g1a3185c-507b-7fff-bfff-ffffffffffff", "{01a3185c-507b-7fff-bfff-ffffffffffff}",
  ])
  func otherTextIsNoId(text: String) { #expect(RunID(text) == nil) }

  @Test func orderIsThatOfTheText() {
    var random = Seeded(1)
    for _ in 0..<200 {
      let left = RunID(high: random.next(), low: random.next())
      let right = RunID(high: random.next(), low: random.next())
      #expect((left < right) == (left.description < right.description))
    }
  }

  @Test(arguments: [
    ("01a3185c-507b-7fff-bfff-ffffffffffff", true), ("1a3185c0-507b-4fff-bfff-ffffffffffff", true),
    ("01a3185c-507b-8fff-bfff-ffffffffffff", false),
    ("01a3185c-507b-1fff-bfff-ffffffffffff", false),
    ("01a3185c-507b-7fff-ffff-ffffffffffff", false),
    ("00000000-0000-0000-0000-000000000000", false),
  ])
  func versionsAreChecked(text: String, isGood: Bool) throws {
    let id = try #require(RunID(text))
    let isAccepted: Bool
    do {
      try id.validate(now: now)
      isAccepted = true
    } catch { isAccepted = false }
    #expect(isAccepted == isGood)
  }

  @Test func aTimeFarFromNowIsRefused() {
    for hours in [-25, 25] as [Int64] {
      let id = RunID.v7(now: now + .hours(hours), random: (0, 0))
      #expect(throws: InvalidValue.self) { try id.validate(now: now) }
      #expect(throws: Never.self) { try id.validate(now: now + .hours(hours)) }
    }
    let nearly = RunID.v7(now: now + .hours(23), random: (0, 0))
    #expect(throws: Never.self) { try nearly.validate(now: now) }
  }

  @Test(arguments: [
    ("default", true), ("a", true), ("team-7", true), ("", false), ("7team", false),
    ("Team", false), ("team-", false), ("te_am", false), ("é", false),
  ])
  func namespacesAreLabels(name: String, isGood: Bool) {
    #expect(((try? Namespace(name)) != nil) == isGood)
    #expect((try? Namespace(String(repeating: "a", count: 64))) == nil)
  }
}
