// Decides which times and durations Prefect shows of a run.

internal import MartletModel
internal import MartletProto

/// When a run began and ended, and how long that took.
struct RunLife {
  /// When it began; one that ended without having begun, when it ended.
  let start: Instant?
  /// When it ended.
  let end: Instant?
  /// How many seconds it ran, up to its last change.
  let ran: Double
  /// How many seconds it has run.
  let runs: Double
  /// When it was to begin; not after it began.
  let expected: Instant?
  /// How many seconds after it was to begin it began, or has not begun yet.
  let lateness: Double

  /// Reads the times of a run as it is now.
  init(_ run: Run, now: Instant) {
    let times = run.times ?? Times()
    end = times.endTime.map(Instant.init)
    let begin = times.startTime.map(Instant.init) ?? end
    start = begin
    ran = times.runningTime?.seconds ?? 0
    let since = run.state?.time.map(Instant.init)
    runs = run.state?.type == .running ? ran + Self.seconds(from: since, to: now) : ran
    let planned = (times.expectedTime ?? times.createTime).map(Instant.init)
    // What its client tells of may have begun before the server heard of it.
    expected = planned.map { min($0, begin ?? $0) }
    lateness = Self.seconds(from: expected, to: start ?? now)
  }

  /// The seconds between two times; 0 when the second is not later.
  private static func seconds(from first: Instant?, to second: Instant) -> Double {
    guard let first, second > first else { return 0 }
    return Double(second.microseconds - first.microseconds) / 1_000_000
  }
}
