// Decides how a test holds locks: a transaction on a thread of its own, driven step by step.

import MartletModel
import MartletPostgres
import MartletTestKit

/// An open transaction.
final class Holder: Sendable {
  private let writer: PostgresWriter
  private let work: Work

  private final class Work: PostgresWorker {
    typealias Job = @Sendable (PostgresConnection) throws -> Void
    private let jobs = Locked<[(Job, CheckedContinuation<Void, any Error>)]>([])

    func add(_ job: @escaping Job, _ continuation: CheckedContinuation<Void, any Error>) {
      jobs.withLock { $0.append((job, continuation)) }
    }

    func work(on connection: PostgresConnection) -> Bool {
      guard let (job, continuation) = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        return false
      }
      continuation.resume(with: Result { try job(connection) })
      return true
    }

    func fail(_ error: PostgresError) {
      for (_, continuation) in jobs.withLock({ jobs in
        defer { jobs = [] }
        return jobs
      }) { continuation.resume(throwing: error) }
    }

    func stop() { fail(PostgresError(.cancelled, "ended")) }
  }

  private init(_ configuration: PostgresConfiguration) {
    work = Work()
    writer = PostgresWriter(
      configuration, name: "holder", worker: work, logger: TestCluster.silent)
  }

  /// Begins a transaction.
  static func begin(
    _ database: TestDatabase, _ configuration: PostgresConfiguration? = nil
  ) async throws -> Holder {
    let holder = Holder(configuration ?? database.configuration)
    try await holder.writer.waitUntilConnected()
    try await holder.script("BEGIN")
    return holder
  }

  /// Runs SQL in the transaction.
  func script(_ sql: String) async throws {
    try await run { try $0.script(sql) }
  }

  /// Locks a run's row.
  func lock(_ run: RunID) async throws {
    try await script("SELECT FROM run_state WHERE id = '\(run)' FOR UPDATE")
  }

  /// Waits until another session waits for a lock.
  func waitUntilSomeoneWaits() async throws {
    try await script(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock') LOOP
          PERFORM pg_stat_clear_snapshot(), pg_sleep(0.005);
        END LOOP;
      END $$
      """)
  }

  /// Commits and ends the session.
  func end() async throws {
    do { try await script("COMMIT") } catch {
      await writer.shutdown()
      throw error
    }
    await writer.shutdown()
  }

  private func run(_ job: @escaping Work.Job) async throws {
    try await withCheckedThrowingContinuation { continuation in
      work.add(job, continuation)
      writer.wake()
    }
  }
}

/// A number many tasks add to.
final class Counter: Sendable {
  private let number = Locked(0)
  func add(_ count: Int) { number.withLock { $0 += count } }
  var value: Int { number.withLock { $0 } }
}
