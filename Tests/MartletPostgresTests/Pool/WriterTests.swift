// Decides what a writer promises its worker: a wake is never lost, an outage is told, and the thread
// comes back with the database.

import MartletPostgres
import MartletTestKit
import Synchronization
import Testing

@Suite("Writer", .timeLimit(.minutes(10))) struct WriterTests {
  /// A queue of continuations, each answered by one round trip: the smallest group commit.
  private final class Counter: PostgresWorker {
    private let waiting = Locked<[CheckedContinuation<Int32, any Error>]>([])
    private let batches = Atomic<Int>(0)
    let stopped = Flag()

    var batchCount: Int { batches.load(ordering: .relaxed) }

    func work(on connection: PostgresConnection) -> Bool {
      let batch = take()
      if batch.isEmpty { return false }
      batches.add(1, ordering: .relaxed)
      let result = Result {
        try connection.query(Statement("pid", "SELECT pg_backend_pid()"))
          .first { row in try row.get(0, as: Int32.self) } ?? 0
      }
      for continuation in batch { continuation.resume(with: result) }
      return waiting.withLock { !$0.isEmpty }
    }

    func fail(_ error: PostgresError) {
      for continuation in take() { continuation.resume(throwing: error) }
    }

    func stop() {
      stopped.raise()
      fail(PostgresError(.cancelled, "stopped"))
    }

    func ask(_ writer: PostgresWriter) async throws -> Int32 {
      try await withCheckedThrowingContinuation { continuation in
        waiting.withLock { $0.append(continuation) }
        writer.wake()
      }
    }

    private func take() -> [CheckedContinuation<Int32, any Error>] {
      waiting.withLock {
        let all = $0
        $0 = []
        return all
      }
    }
  }

  @Test("What waits is taken together, and nothing is forgotten")
  func batching() async throws {
    try await TestDatabase.with { database in
      let counter = Counter()
      let writer = PostgresWriter(
        database.configuration, worker: counter, logger: TestCluster.silent)
      let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
        for _ in 0..<2000 { group.addTask { try await counter.ask(writer) } }
        return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
      }
      #expect(pids.count == 1)
      #expect(counter.batchCount <= 2000)
      for _ in 0..<500 { _ = try await counter.ask(writer) }
      await writer.shutdown()
      #expect(counter.stopped.isRaised)
    }
  }

  @Test("A lost connection is replaced; what waits meanwhile fails at once")
  func reconnect() async throws {
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      let counter = Counter()
      let writer = PostgresWriter(proxy.configuration, worker: counter, logger: TestCluster.silent)
      let first = try await counter.ask(writer)
      proxy.set(.refuse)
      proxy.cut()
      while writer.isConnected { await Task.yield() }
      for _ in 0..<20 {
        await #expect(throws: PostgresError.self) { try await counter.ask(writer) }
      }
      #expect(writer.lastError != nil)
      proxy.set(.pass)
      try await writer.waitUntilConnected()
      #expect(try await counter.ask(writer) != first)
      await writer.shutdown()
      proxy.close()
    }
  }

  @Test("An idle connection that the server ends is replaced before anyone asks")
  func idleLoss() async throws {
    try await TestDatabase.with { database in
      let counter = Counter()
      var configuration = database.configuration
      configuration.reconnectDelay = .milliseconds(1)...(.milliseconds(10))
      let writer = PostgresWriter(configuration, worker: counter, logger: TestCluster.silent)
      for _ in 0..<5 {
        let pid = try await counter.ask(writer)
        try await BlockingThread.run {
          let other = try database.connect()
          let kill = Statement("kill", "SELECT pg_terminate_backend($1, 5000)")
          _ = try other.query(kill) { $0.bind(pid) }
          let fresh = Statement(
            "fresh",
            """
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
            AND application_name = 'martlet' AND pid NOT IN ($1, pg_backend_pid())
            """)
          while try other.query(fresh, { $0.bind(pid) }).isEmpty {}
        }
        try await writer.waitUntilConnected()
        #expect(try await counter.ask(writer) != pid)
      }
      await writer.shutdown()
    }
  }
}
