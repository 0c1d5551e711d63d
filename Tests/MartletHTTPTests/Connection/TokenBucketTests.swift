// Checks the allowance against hand-counted cases.

import NIOCore
import Testing

@testable import MartletHTTP

@Suite struct TokenBucketTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  @Test func givesTheBurstAndThenNothing() {
    var bucket = TokenBucket(burst: 3, perSecond: 10, now: start)
    var taken: [Bool] = []
    for _ in 0..<5 { taken.append(bucket.take(now: start)) }
    #expect(taken == [true, true, true, false, false])
  }

  @Test func refillsAtItsRateUpToTheBurst() {
    var bucket = TokenBucket(burst: 3, perSecond: 10, now: start)
    for _ in 0..<3 { _ = bucket.take(now: start) }
    let early = bucket.take(now: start + .milliseconds(99))
    let inTime = bucket.take(now: start + .milliseconds(100))
    let tooSoon = bucket.take(now: start + .milliseconds(150))
    #expect([early, inTime, tooSoon] == [false, true, false])
    let later = start + .hours(1000)
    var taken: [Bool] = []
    for _ in 0..<4 { taken.append(bucket.take(now: later)) }
    #expect(taken == [true, true, true, false])
  }
}
