// Decides what is kept of a backfill.

public import MartletModel
import MartletPostgres

/// Making up for a range of a schedule.
public struct Backfill: Sendable, Equatable {
  /// How it stands. The numbers are stored.
  public enum State: Int16, Sendable, CaseIterable {
    /// Makes runs, or waits for them.
    case active = 1
    /// All its runs have ended.
    case done = 2
    /// Was cancelled, or its schedule is gone.
    case cancelled = 3
  }

  /// What is asked for.
  public struct Request: Sendable, Equatable {
    /// Its id.
    public var id: BackfillID
    /// The deployment.
    public var deploymentID: DeploymentID
    /// The schedule.
    public var scheduleID: ScheduleID
    /// The first time that counts.
    public var from: Instant
    /// The first time that does not count any more.
    public var to: Instant
    /// Only times that have no run yet.
    public var onlyMissing: Bool
    /// How many of its runs may have begun and not ended.
    public var maxParallel: Int32
    /// Whether it goes from the newest to the oldest.
    public var newestFirst: Bool
    /// Parameters over those of the schedule: a JSON object as text; empty for none.
    public var parameters: String

    /// Asks for a backfill.
    public init(
      id: BackfillID, deploymentID: DeploymentID, scheduleID: ScheduleID, from: Instant,
      to: Instant, onlyMissing: Bool = false, maxParallel: Int32 = 1, newestFirst: Bool = false,
      parameters: String = ""
    ) {
      self.id = id
      self.deploymentID = deploymentID
      self.scheduleID = scheduleID
      self.from = from
      self.to = to
      self.onlyMissing = onlyMissing
      self.maxParallel = maxParallel
      self.newestFirst = newestFirst
      self.parameters = parameters
    }
  }

  /// The most times of one backfill.
  public static let mostTimes = 100_000

  /// What was asked for.
  public var request: Request
  /// Its namespace.
  public var namespace: Namespace
  /// The slug of the schedule; empty when that is gone.
  public var slug: String
  /// How it stands.
  public var state: State
  /// How many times there are in the range.
  public var times: Int64
  /// Runs that were made.
  public var runs: Int64
  /// Runs that have ended, by the type of their state.
  public var ended: [StateType: Int64]
  /// Who created it.
  public var createdBy: String
  /// When it was created.
  public var createTime: Instant
  /// When it ended.
  public var endTime: Instant?

  /// Reads a row of `get_backfills`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    request = Request(
      id: try row.get(0), deploymentID: try row.get(2), scheduleID: try row.get(3),
      from: try row.get(5), to: try row.get(6), onlyMissing: try row.get(7),
      maxParallel: try row.get(8), newestFirst: try row.get(9),
      parameters: try row.optional(10) ?? "")
    namespace = try row.get(1)
    slug = try row.get(4)
    state = State(rawValue: try row.get(11)) ?? .active
    times = try row.get(12)
    runs = try row.get(13)
    createdBy = try row.get(14)
    createTime = try row.get(15)
    endTime = try row.optional(16)
    ended = [:]
    for text in try row.array(17) as [String] {
      let parts = text.split(separator: "=")
      if let type = StateType(rawValue: Int16(parts[0]) ?? 0) { ended[type] = Int64(parts[1]) }
    }
  }
}
