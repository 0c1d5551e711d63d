// Decides what time it is in Postgres without asking: its clock and this machine's steady one are compared whenever an
// answer brings the time along, and the difference is held between the bounds that the answer proves.

import Glibc
import MartletModel

/// An estimate of Postgres's clock. Pure: the steady clock's readings are handed in.
struct DatabaseClock: Sendable, Equatable {
  /// Postgres's time less the steady one, in microseconds.
  private var difference: Int64?

  /// The time in Postgres at a reading of the steady clock; nil before the first observation.
  func time(at steady: Interval) -> Instant? {
    difference.map { Instant(microseconds: steady.microseconds + $0) }
  }

  /// Takes in a time that Postgres read after `sent` and before `received`.
  mutating func observe(_ time: Instant, sent: Interval, received: Interval) {
    let least = time.microseconds - received.microseconds
    let most = time.microseconds - sent.microseconds
    difference = min(max(difference ?? least, least), most)
  }

  /// This machine's steady clock.
  static var steady: Interval {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Interval(
      microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}
