// Decides what is read of a schedule.

public import MartletModel
import MartletPostgres

/// A schedule of a deployment as it is stored.
public struct StoredSchedule: Sendable, Equatable {
  /// The schedule.
  public var schedule: KeptSchedule
  /// Its namespace.
  public var namespace: Namespace
  /// Its deployment.
  public var deploymentID: DeploymentID
  /// Why nothing is made; empty when all is well.
  public var error: String
  /// When it was first given.
  public var createTime: Instant

  /// Reads a row of `lock_schedules` and `read_schedules`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let text: String = try row.get(3)
    let isPaused: Bool = try row.get(4)
    schedule = KeptSchedule(
      id: try row.get(0), spec: try ScheduleSpec(stored: text, isPaused: isPaused),
      isHeld: try row.get(5), generation: try row.get(6), firedUntil: try row.get(7))
    namespace = try row.get(1)
    deploymentID = try row.get(2)
    error = try row.get(8)
    createTime = try row.get(9)
  }
}

extension ScheduleSpec {
  /// Reads the text of a row.
  init(stored text: String, isPaused: Bool) throws(PostgresError) {
    do { try self.init(text: text, isPaused: isPaused) } catch {
      throw PostgresError(.decodingError, "\(error)")
    }
  }
}
