// Decides how times and lengths of time cross the contract: microseconds inside, seconds and nanoseconds outside.

internal import Glibc
internal import MartletModel
internal import MartletWire

extension Instant {
  // Beyond the years 1 to 9999, which every check of a time refuses, and far enough from the ends to count with.
  private static let farthest = Int64(4_000_000_000_000)

  /// A time of the contract; what is finer than a microsecond is cut off, what is farther than 100,000 years is near that.
  init(_ timestamp: Timestamp) {
    let seconds = min(max(timestamp.seconds, -Self.farthest), Self.farthest)
    self.init(microseconds: seconds * 1_000_000 + Int64(timestamp.nanos) / 1000)
  }

  /// The time as the contract writes it.
  var timestamp: Timestamp {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let seconds = remainder < 0 ? quotient - 1 : quotient
    let rest = remainder < 0 ? remainder + 1_000_000 : remainder
    return Timestamp(seconds: seconds, nanos: Int32(rest * 1000))
  }
}

extension Interval {
  // What microseconds can say.
  private static let longest = Duration.seconds(9_223_372_036_854)

  /// A length of the contract, clamped to what microseconds can say.
  init(_ duration: Duration) {
    // `components` traps beyond 64 bits of seconds, which a message can hold.
    guard duration <= Self.longest, duration >= .zero - Self.longest else {
      self.init(microseconds: duration < .zero ? .min : .max)
      return
    }
    let (seconds, attoseconds) = duration.components
    self.init(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// The length as the contract writes it.
  var duration: Duration { .microseconds(microseconds) }
}

extension Instant {
  /// This machine's clock: for ids and defaults, never for order.
  static var wallClock: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

extension RunID {
  /// An id for a run that the server creates.
  static func timeOrdered() -> RunID {
    .v7(now: .wallClock, random: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
  }
}
