// Decides how times and lengths of time cross the contract: microseconds inside, seconds and nanoseconds outside.

internal import Glibc
internal import MartletModel
internal import MartletWire

extension Instant {
  /// A time of the contract; what is finer than a microsecond is cut off.
  init(_ timestamp: Timestamp) {
    self.init(microseconds: timestamp.seconds &* 1_000_000 &+ Int64(timestamp.nanos) / 1000)
  }

  /// The time as the contract writes it.
  var timestamp: Timestamp {
    let seconds =
      microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    return Timestamp(
      seconds: seconds, nanos: Int32((microseconds - seconds * 1_000_000) * 1000))
  }
}

extension Interval {
  /// A length of the contract, clamped to what microseconds can say.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    self.init(
      microseconds: overflow
        ? (seconds < 0 ? .min : .max) : scaled &+ attoseconds / 1_000_000_000_000)
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
