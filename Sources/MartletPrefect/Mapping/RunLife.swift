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
  /// How many seconds after it was to begin it began, or has not begun yet.
  let lateness: Double

  /// Reads the times of a run as it is now.
  init(_ run: Run, now: Instant) {
    let times = run.times ?? Times()
    end = times.endTime.map(Instant.init)
    start = times.startTime.map(Instant.init) ?? end
    ran = times.runningTime?.seconds ?? 0
    let since = run.state?.time.map(Instant.init)
    runs = run.state?.type == .running ? ran + Self.seconds(from: since, to: now) : ran
    let expected = (times.expectedTime ?? times.createTime).map(Instant.init)
    lateness = Self.seconds(from: expected, to: start ?? now)
  }

  /// The seconds between two times; 0 when the second is not later.
  private static func seconds(from first: Instant?, to second: Instant) -> Double {
    guard let first, second > first else { return 0 }
    return Double(second.microseconds - first.microseconds) / 1_000_000
  }
}
