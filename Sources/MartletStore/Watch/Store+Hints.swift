// Decides how replicas wake each other: by hints from one place, never from inside a hot transaction.

import MartletPostgres

extension Store {
  /// The channel of hints.
  public static let hintChannel = "martlet_feed"

  /// Raised by every commit of this process; one task waits for it, the tailer.
  public var commitSignal: CommitSignal { commits }

  /// Raised by every commit of this process; one task waits for it, the sender of hints.
  public var hintSignal: CommitSignal { hints }

  /// Raised by every commit of this process that changed where runs of deployments stand, and by what else a
  /// dispatcher must know; one task waits for it, the dispatcher.
  public var workSignal: CommitSignal { work }

  /// Wakes the dispatchers, here and in other replicas: gates were opened, limits or pauses changed.
  public func workChanged() {
    work.raise()
    signals.changes.raise()
    hints.raise()
  }

  /// Wakes the tailers of all replicas.
  public func sendHint() async throws(StoreError) {
    _ = try await write { connection in try connection.query(SQL.sendHint).count }
  }

  /// Listens to the hints of other replicas, each of which raises ``commitSignal``, ``limitSignals`` and
  /// ``workSignal`` and wakes those who wait for a key of the cache, until the task is cancelled.
  public func hearHints() async {
    let listener = PostgresListener(
      configuration, channels: [Self.hintChannel], logger: logger)
    for await _ in listener.hints {
      commits.raise()
      signals.moved()
      signals.left()
      work.raise()
      scheduleSignal.raise()
      backfillSignal.raise()
      automationSignal.raise()
      automationTaskSignal.raise()
      outgoingTaskSignal.raise()
      cacheWakes.ring()
    }
    await listener.shutdown()
  }
}
