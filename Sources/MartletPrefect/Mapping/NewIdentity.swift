// Decides how ids are made here: those of runs by time, those of executions by chance.

internal import Glibc
internal import MartletModel
internal import MartletProto

extension Instant {
  /// This machine's clock.
  static var wallClock: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
      microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

extension RunID {
  /// An id for a run that Prefect's client leaves to the server.
  static func timeOrdered() -> RunID {
    .v7(now: .wallClock, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
  }
}

extension ExecutionID {
  /// The name of the process that runs a task of Prefect's: the same wherever its events come from.
  static func ofTaskRun(_ id: UUIDValue) -> ExecutionID {
    let name = UUIDValue.derived(from: ["prefect task run", id.text])
    return ExecutionID(high: name.high, low: name.low)
  }

  /// The name of the process that has a run, where nobody says it: that of a task run follows from the run.
  static func unnamed(of run: Run) -> ExecutionID {
    guard run.kind == .task, let id = UUIDValue(text: run.id) else { return random() }
    return ofTaskRun(id)
  }

  /// The name of a process that has none of its own.
  static func random() -> ExecutionID {
    ExecutionID(
      high: .random(in: 0 ... .max) & ~0xF000 | 0x4000,
      low: .random(in: 0 ... .max) & .max >> 2 | 0b10 << 62)
  }
}
