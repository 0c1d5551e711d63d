// Decides that one caller computes at a time, that the first commit is kept, and that nobody late writes.

import MartletModel
import Testing

@Suite struct CacheDecisionTests {
  private let now = Instant(microseconds: 1_000_000_000)
  private let first = UUIDValue(high: 1, low: 1)
  private let second = UUIDValue(high: 2, low: 2)

  private func payload(_ text: String) -> Payload { Payload(mediaType: "t", body: .json(text)) }

  private func value(expires: Instant? = nil) -> CachedValue {
    CachedValue(payload: payload("1"), computeTime: now, expireTime: expires)
  }

  private func held(
    _ token: UUIDValue, _ isolation: CacheIsolation = .serializable, until: Interval = .seconds(5),
    revision: Int64 = 0
  ) -> CacheReservation {
    CacheReservation(
      token: token, isolation: isolation, revision: revision, lapseTime: now + until)
  }

  @Test func aFreshValueIsAHitUnlessItIsToBeRefreshed() {
    let entry = CacheEntry(revision: 3, value: value(expires: now + .seconds(1)))
    #expect(CacheRequest(token: first).decide(entry, [], now: now) == .hit(entry.value!))
    guard
      case .reserve(let reservation) = CacheRequest(token: first, refresh: true).decide(
        entry, [], now: now)
    else {
      Issue.record("a refresh was answered with the old value")
      return
    }
    #expect(reservation.revision == 3)
    // At its time a value is over.
    guard
      case .reserve = CacheRequest(token: first).decide(entry, [], now: now + .seconds(1))
    else {
      Issue.record("an expired value was a hit")
      return
    }
  }

  @Test func aSerializableCallerWaitsForAnotherUntilItLapses() {
    let holder = held(first)
    let request = CacheRequest(token: second)
    #expect(request.decide(CacheEntry(), [holder], now: now) == .busy(holder: holder))
    guard
      case .reserve(let taken) = request.decide(CacheEntry(), [holder], now: now + .seconds(5))
    else {
      Issue.record("a dead holder kept the key")
      return
    }
    #expect(taken.token == second)
    #expect(taken.lapseTime == now + .seconds(65))
  }

  @Test func thoseWhoReadWhatIsCommittedDoNotWait() {
    let request = CacheRequest(token: second, isolation: .readCommitted)
    for other in [held(first), held(first, .readCommitted)] {
      guard case .reserve = request.decide(CacheEntry(), [other], now: now) else {
        Issue.record("waited for \(other)")
        continue
      }
    }
    // Nor does a serializable caller wait for them.
    guard
      case .reserve = CacheRequest(token: second).decide(
        CacheEntry(), [held(first, .readCommitted)], now: now)
    else {
      Issue.record("waited for a caller that promises nothing")
      return
    }
  }

  @Test func aReservationIsRenewedFromWhereItBegan() {
    let entry = CacheEntry(revision: 4, value: value(expires: now))
    let own = held(first, .readCommitted, revision: 3)
    let request = CacheRequest(token: first, isolation: .readCommitted, lease: .seconds(9))
    guard case .reserve(let renewed) = request.decide(entry, [own], now: now),
      case .reserve(let anew) = request.decide(entry, [own], now: now + .seconds(5))
    else {
      Issue.record("the holder was not let in again")
      return
    }
    #expect(renewed.revision == 3)
    #expect(renewed.lapseTime == now + .seconds(9))
    #expect(anew.revision == 4)
  }

  @Test func theFirstCommitIsKept() {
    let mine = held(first, .readCommitted)
    let entry = CacheEntry(revision: 1, value: value())
    let lost = CacheCommit.decide(
      payload("2"), expireTime: nil, entry: entry, reservation: mine, now: now)
    #expect(lost == .lost(value()))
    var reservation = held(first)
    reservation.runID = RunID(high: 7, low: 7)
    reservation.expireAfter = .seconds(10)
    let stored = CacheCommit.decide(
      payload("2"), expireTime: nil, entry: CacheEntry(), reservation: reservation, now: now)
    #expect(
      stored
        == .store(
          CachedValue(
            payload: payload("2"), sourceRun: reservation.runID, computeTime: now,
            expireTime: now + .seconds(10))))
    let said = CacheCommit.decide(
      payload("2"), expireTime: now + .seconds(3), entry: CacheEntry(), reservation: reservation,
      now: now)
    guard case .store(let value) = said else {
      Issue.record("not stored")
      return
    }
    #expect(value.expireTime == now + .seconds(3))
  }

  @Test func aValueEndsWithWhatItRefersTo() {
    let sooner = now + .seconds(3)
    #expect(value().bounded(by: sooner).expireTime == sooner)
    #expect(value(expires: now + .seconds(9)).bounded(by: sooner).expireTime == sooner)
    #expect(
      value(expires: now + .seconds(1)).bounded(by: sooner) == value(expires: now + .seconds(1)))
    #expect(value(expires: sooner).bounded(by: nil).expireTime == sooner)
    #expect(value().bounded(by: nil).expireTime == nil)
  }

  @Test func nobodyLateWrites() {
    let commit = { (reservation: CacheReservation?, now: Instant) in
      CacheCommit.decide(
        payload("2"), expireTime: nil, entry: CacheEntry(), reservation: reservation, now: now)
    }
    #expect(commit(nil, now) == .fenced)
    #expect(commit(held(first), now + .seconds(5)) == .fenced)
    guard case .store = commit(held(first), now + .milliseconds(4999)) else {
      Issue.record("a holder in time was fenced")
      return
    }
  }

  @Test func aCommitThatComesTwiceIsAnsweredTwice() {
    var reservation = held(first, until: .seconds(-5))
    reservation.outcome = .stored
    let entry = CacheEntry(revision: 1, value: value())
    let answer = CacheCommit.decide(
      payload("2"), expireTime: nil, entry: entry, reservation: reservation, now: now)
    #expect(answer == .repeated(value()))
    reservation.outcome = .lost
    let lost = CacheCommit.decide(
      payload("2"), expireTime: nil, entry: entry, reservation: reservation, now: now)
    #expect(lost == .lost(value()))
  }

  @Test func unreasonableTimesAreRefused() {
    for lease in [Interval.zero, .milliseconds(999), .hours(25)] {
      #expect(throws: InvalidValue.self) { try CacheRequest(token: first, lease: lease).validate() }
    }
    for expireAfter in [Interval.zero, .seconds(-1), Interval(microseconds: .max)] {
      #expect(throws: InvalidValue.self) {
        try CacheRequest(token: first, expireAfter: expireAfter).validate()
      }
    }
  }
}
