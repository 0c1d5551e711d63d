// Decides how ids are made here: those of runs by time, those of executions by chance.

internal import Glibc
internal import MartletModel

extension Instant {
  /// The time that it is here.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

extension RunID {
  /// An id for a run that Prefect's client leaves to the server.
  static func timeOrdered() -> RunID {
    .v7(now: .now, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
  }
}

extension ExecutionID {
  /// The name of a process that has none of its own.
  static func random() -> ExecutionID {
    ExecutionID(
      high: .random(in: 0 ... .max) & ~0xF000 | 0x4000,
      low: .random(in: 0 ... .max) & .max >> 2 | 0b10 << 62)
  }
}
