// Decides what a deployment's schedule is beside its times: how far ahead its runs are made, and which of them start.

/// A schedule of a deployment, as somebody asked for it.
public struct ScheduleSpec: Sendable, Hashable {
  /// Its name within the deployment.
  public var slug: String
  /// When.
  public var schedule: Schedule
  /// Parameters of its runs, over those of the deployment: a JSON object as text; empty for none.
  public var parameters: String
  /// What becomes of times that nobody saw.
  public var catchUp: CatchUp
  /// What becomes of a time that comes while a run goes on.
  public var overlap: Overlap
  /// How far runs are spread; nil for not at all.
  public var jitter: Jitter?
  /// How far ahead runs are made.
  public var horizon: Horizon
  /// Whether nothing is scheduled.
  public var isPaused: Bool

  /// How far ahead the runs of a schedule are made.
  public struct Horizon: Sendable, Hashable {
    /// At least so many, however far away.
    public var minRuns: Int
    /// At most so many.
    public var maxRuns: Int
    /// All within this time.
    public var ahead: Interval

    /// The defaults are those of Prefect.
    public init(minRuns: Int = 3, maxRuns: Int = 100, ahead: Interval = .hours(1)) {
      self.minRuns = minRuns
      self.maxRuns = maxRuns
      self.ahead = ahead
    }
  }

  /// Makes a specification.
  public init(
    slug: String, schedule: Schedule, parameters: String = "",
    catchUp: CatchUp = CatchUp(.latest), overlap: Overlap = .allow, jitter: Jitter? = nil,
    horizon: Horizon = Horizon(), isPaused: Bool = false
  ) {
    self.slug = slug
    self.schedule = schedule
    self.parameters = parameters
    self.catchUp = catchUp
    self.overlap = overlap
    self.jitter = jitter
    self.horizon = horizon
    self.isPaused = isPaused
  }
}
