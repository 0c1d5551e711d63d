// Decides what the store is made of: writers for transitions and logs, readers for the rest.

public import Logging
public import MartletModel
public import MartletPostgres

/// Everything Martlet remembers. One for each process; all of it may be called from any task.
public final class Store: Sendable {
  /// How many connections the store uses and how much may wait before them.
  public struct Settings: Sendable {
    /// Connections that commit transitions.
    public var writers = 1
    /// Connections that read, and write what is rare.
    public var readers = 4
    /// Connections that look runs up by their ids, which is what is read most.
    public var lookups = 2
    /// The waits of transitions that are the same for all runs.
    public var timing = TransitionTiming()
    /// Limits of the batches of transitions.
    public var batches = BatchLimits()
    /// Limits of the batches of log lines.
    public var logs = LogLimits()
    /// Limits of the batches of events.
    public var events = LogLimits()

    /// The defaults.
    public init() {}
  }

  /// Commits transitions.
  public let transitions: TransitionBatcher
  /// Commits log lines.
  public let logs: LogBatcher
  /// Commits events that programs publish.
  public let events: EventBatcher
  /// Where the store is.
  public let configuration: PostgresConfiguration
  /// How it was set up.
  public let settings: Settings

  let pool: PostgresPool
  let lookups: PostgresPool
  let logger: Logger
  let commits = CommitSignal()
  let hints = CommitSignal()
  let signals = LimitSignals()
  let acquisitions = CallGathering<SlotRequest, SlotAnswer>()
  let releases = CallGathering<LeaseRelease, Void>()
  /// Names of limits, which never change.
  let knownLimitNames = Locked<[LimitID: LimitReference]>([:])
  /// Raised when a schedule may be due; one task waits for it, the scheduler.
  public let scheduleSignal = CommitSignal()
  /// Raised when a backfill may go on; one task waits for it.
  public let backfillSignal = CommitSignal()
  /// Raised by every commit that leaves events, and by changes of automations; one task waits for it, the runner of
  /// automations.
  public let automationSignal = CommitSignal()
  /// Raised when automations have something to do; one task waits for it.
  public let automationTaskSignal = CommitSignal()
  /// The same for what they have to do outside.
  public let outgoingTaskSignal = CommitSignal()
  let cacheWakes = CacheWakes()
  let gathering = RunGathering()
  let work = CommitSignal()

  /// Starts the connections; the schema must be there already, see ``Schema``.
  public init(
    _ configuration: PostgresConfiguration, settings: Settings = Settings(), logger: Logger
  ) {
    self.configuration = configuration
    self.settings = settings
    self.logger = logger
    let afterCommit = { @Sendable [commits, hints, automationSignal] in
      commits.raise()
      hints.raise()
      automationSignal.raise()
    }
    pool = PostgresPool(configuration, size: settings.readers, logger: logger)
    lookups = PostgresPool(
      configuration.planningByKey, size: settings.lookups, name: "pg-lookup", logger: logger)
    transitions = TransitionBatcher(
      configuration, limits: settings.batches, timing: settings.timing, writers: settings.writers,
      logger: logger
    ) { [signals, hints, work, scheduleSignal, backfillSignal] effects in
      if effects.contains(.transitions) { afterCommit() }
      if effects.contains(.lines) { signals.lines.raise() }
      if !effects.isDisjoint(with: [.lines, .slots]) { hints.raise() }
      // Runs with workers take the slots of pools, queues and deployments.
      if !effects.isDisjoint(with: [.lines, .slots, .work]) { signals.changes.raise() }
      if effects.contains(.work) { work.raise() }
      if effects.contains(.endedWork) {
        scheduleSignal.raise()
        backfillSignal.raise()
      }
    }
    logs = LogBatcher(
      configuration, limits: settings.logs, logger: logger, afterCommit: afterCommit)
    events = EventBatcher(
      configuration, limits: settings.events, logger: logger, afterCommit: afterCommit)
  }

  /// Waits until the database answers on every connection.
  /// - Throws: `unavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws(StoreError) {
    try await transitions.waitUntilConnected(timeout: timeout)
    try await logs.waitUntilConnected(timeout: timeout)
    try await events.waitUntilConnected(timeout: timeout)
    do {
      try await pool.waitUntilConnected(timeout: timeout)
      try await lookups.waitUntilConnected(timeout: timeout)
    } catch {
      throw StoreError(reading: error)
    }
  }

  /// Asks the database for its clock.
  /// - Throws: `unavailable` without a database.
  public func ping(deadline: ContinuousClock.Instant? = nil) async throws(StoreError) -> Instant {
    try await read(deadline) { connection in
      let now = try connection.query(SQL.readFeedBounds)
        .first { row throws(PostgresError) in try row.get(3, as: Instant.self) }
      return now ?? .epoch
    }
  }

  /// Finishes what was submitted and ends the connections.
  public func shutdown() async {
    await transitions.shutdown()
    await logs.shutdown()
    await events.shutdown()
    await pool.shutdown()
    await lookups.shutdown()
  }

  /// Runs a closure on a reader's connection.
  func read<Result: Sendable>(
    _ deadline: ContinuousClock.Instant? = nil,
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws(StoreError) -> Result {
    do { return try await pool.read(deadline: deadline, body) } catch {
      throw StoreError(reading: error)
    }
  }

  /// Runs a closure on a connection whose statements find rows by their keys and are planned once.
  func lookUp<Result: Sendable>(
    _ deadline: ContinuousClock.Instant? = nil,
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws(StoreError) -> Result {
    do { return try await lookups.read(deadline: deadline, body) } catch {
      throw StoreError(reading: error)
    }
  }

  /// Runs a closure whose transaction may meet a deadlock or a unique key again, a few times.
  func write<Result: Sendable>(
    _ deadline: ContinuousClock.Instant? = nil,
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws(StoreError) -> Result {
    try await read(deadline) { connection in
      var attempts = 0
      while true {
        do { return try body(connection) } catch let error as PostgresError
          where (error.isRetryable || error.sqlState == .uniqueViolation) && attempts < 5
        {
          attempts += 1
        }
      }
    }
  }
}
