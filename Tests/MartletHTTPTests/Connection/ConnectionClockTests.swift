// Checks every deadline of a connection by telling the clock the time.

import NIOCore
import Testing

@testable import MartletHTTP

@Suite struct ConnectionClockTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private var limits: HTTPLimits {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .seconds(10)
    limits.headerTimeout = .seconds(5)
    limits.idleTimeout = .seconds(300)
    limits.keepaliveInterval = .seconds(60)
    limits.keepaliveTimeout = .seconds(20)
    return limits
  }

  @Test func givesUpAHandshakeThatDoesNotEnd() {
    var clock = ConnectionClock(limits: limits, now: start)
    #expect(clock.nextDeadline == start + .seconds(10))
    let verdict1 = clock.check(now: start + .seconds(9))
    #expect(verdict1 == .wait(until: start + .seconds(10)))
    let verdict2 = clock.check(now: start + .seconds(10))
    #expect(verdict2 == .close(.handshake))
  }

  @Test func asksForASignOfLifeAndGivesUpWithoutOne() {
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    clock.batchEnded(openStreams: 1, isReadingHead: false, hasQueued: false, now: start)
    let verdict1 = clock.check(now: start + .seconds(60))
    #expect(verdict1 == .ping)
    let verdict2 = clock.check(now: start + .seconds(60))
    #expect(verdict2 == .wait(until: start + .seconds(80)))
    let verdict3 = clock.check(now: start + .seconds(80))
    #expect(verdict3 == .close(.silence))
  }

  @Test func anythingHeardIsASignOfLife() {
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    clock.batchEnded(openStreams: 1, isReadingHead: false, hasQueued: false, now: start)
    let verdict1 = clock.check(now: start + .seconds(60))
    #expect(verdict1 == .ping)
    clock.heard(now: start + .seconds(70))
    let verdict2 = clock.check(now: start + .seconds(80))
    #expect(verdict2 == .wait(until: start + .seconds(130)))
  }

  @Test func looksAtReadersWhenTheTimeOfTheSlowestIsOver() {
    var limits = limits
    limits.keepaliveInterval = nil
    limits.writeTimeout = .seconds(60)
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    clock.batchEnded(openStreams: 1, isReadingHead: false, hasQueued: true, now: start)
    let verdict1 = clock.check(now: start + .seconds(60))
    #expect(verdict1 == .readers)
    // Something had been taken after all, 2 s after the beginning: it is due 60 s after that, not after the look.
    clock.readersWait(since: start + .seconds(2))
    clock.batchEnded(
      openStreams: 1, isReadingHead: false, hasQueued: true, now: start + .seconds(60))
    #expect(clock.nextDeadline == start + .seconds(62))
  }

  @Test func closesWhatIsIdleButNotWhatIsBusy() {
    var limits = limits
    limits.keepaliveInterval = nil
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    clock.batchEnded(openStreams: 1, isReadingHead: false, hasQueued: false, now: start)
    let verdict1 = clock.check(now: start + .hours(5))
    #expect(verdict1 == .wait(until: nil))
    clock.batchEnded(openStreams: 0, isReadingHead: false, hasQueued: false, now: start + .hours(5))
    clock.batchEnded(
      openStreams: 0, isReadingHead: false, hasQueued: false, now: start + .hours(5) + .seconds(9))
    let verdict2 = clock.check(now: start + .hours(5) + .seconds(300))
    #expect(verdict2 == .close(.idle))
  }

  @Test func exchangesThatEndWithTheirBatchCountToo() {
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    for minute in 1...10 {
      let now = start + .minutes(Int64(minute))
      clock.heard(now: now)
      clock.exchangeBegan()
      clock.batchEnded(openStreams: 0, isReadingHead: false, hasQueued: false, now: now)
      let verdict = clock.check(now: now + .seconds(1))
      #expect(verdict != .close(.idle))
    }
    clock.heard(now: start + .minutes(14))
    let verdict = clock.check(now: start + .minutes(15))
    #expect(verdict == .close(.idle))
  }

  @Test func aHeadMustEndWhateverElseComes() {
    var clock = ConnectionClock(limits: limits, now: start)
    clock.handshakeDone()
    clock.batchEnded(openStreams: 1, isReadingHead: true, hasQueued: false, now: start)
    for second in 1..<5 {
      clock.heard(now: start + .seconds(Int64(second)))
      clock.batchEnded(
        openStreams: 1, isReadingHead: true, hasQueued: false, now: start + .seconds(Int64(second)))
    }
    let verdict1 = clock.check(now: start + .seconds(5))
    #expect(verdict1 == .close(.header))
    clock.batchEnded(
      openStreams: 1, isReadingHead: false, hasQueued: false, now: start + .seconds(5))
    let verdict2 = clock.check(now: start + .seconds(5))
    #expect(verdict2 == .wait(until: start + .seconds(64)))
  }

  @Test func withoutLimitsNothingHappensByItself() {
    var limits = HTTPLimits()
    limits.handshakeTimeout = nil
    limits.idleTimeout = nil
    limits.keepaliveInterval = nil
    var clock = ConnectionClock(limits: limits, now: start)
    let verdict1 = clock.check(now: start + .hours(100))
    #expect(verdict1 == .wait(until: nil))
  }
}
