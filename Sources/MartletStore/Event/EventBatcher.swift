// Decides how events are written: a group commit of their own, which never locks a run.

public import Logging
public import MartletPostgres

/// Commits events in groups. Publishing an event again changes nothing.
public final class EventBatcher: Sendable {
  private let queue: RowQueue<Event, Int>
  private let writers: [PostgresWriter]
  private let crew: WriterCrew

  /// Two: while one waits for Postgres the other reads what has come.
  private static let count = 2

  /// Starts the writers, which connect at once.
  public init(
    _ configuration: PostgresConfiguration, limits: LogLimits = LogLimits(), logger: Logger,
    afterCommit: @escaping @Sendable () -> Void = {}
  ) {
    let queue = RowQueue<Event, Int>(limits: limits, of: "events")
    let crew = WriterCrew()
    self.queue = queue
    self.crew = crew
    writers = (0..<Self.count).map { number in
      PostgresWriter(
        configuration, name: "pg-events-\(number)",
        worker: EventWriter(queue: queue, crew: crew, logger: logger, afterCommit: afterCommit),
        logger: logger)
    }
    crew.set(writers)
  }

  /// Writes events and waits until they are durable.
  /// - Returns: How many were new.
  /// - Parameter areOwn: Whether they are the server's own, whose names begin with `martlet.`.
  /// - Throws: `invalid` if one cannot be stored, then none is written; `resourceExhausted`;
  ///   `unavailable`: publish the same again.
  public func publish(_ events: [Event], areOwn: Bool = false) async throws(StoreError) -> Int {
    for event in events { try event.validate(now: .systemClock, isOwn: areOwn) }
    if events.isEmpty { return 0 }
    let result = await withCheckedContinuation { continuation in
      let submission = RowSubmission<Event, Int>(
        rows: events, weight: events.reduce(0) { $0 + $1.weight },
        completion: { continuation.resume(returning: $0) })
      if let refusal = queue.submit(submission) {
        continuation.resume(returning: .failure(refusal))
      } else {
        crew.wake()
      }
    }
    return try result.get()
  }

  /// Waits until there is a connection.
  /// - Throws: `unavailable` when the time is over.
  public func waitUntilConnected(timeout: Duration = .seconds(10)) async throws(StoreError) {
    do {
      for writer in writers { try await writer.waitUntilConnected(timeout: timeout) }
    } catch {
      throw StoreError(reading: error)
    }
  }

  /// Refuses new events, finishes what waits, ends the writers.
  public func shutdown() async {
    queue.close()
    crew.wake()
    await queue.drain()
    crew.set([])
    for writer in writers { await writer.shutdown() }
  }
}
