// Decides what a pool promises its callers: bounded waits, cancels that reach the server, quick
// refusals while there is no database.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Pool", .timeLimit(.minutes(10))) struct PoolTests {
  private static let sleep = Statement("sleep", "SELECT pg_sleep($1)::text")
  private static let one = Statement("one", "SELECT 1")

  /// Runs a test with a pool, and makes sure the pool serves again afterwards.
  private static func with(
    size: Int, queueLimit: Int = 100, _ body: (PostgresPool, TestDatabase) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database in
      let pool = PostgresPool(
        database.configuration, size: size, queueLimit: queueLimit, logger: TestCluster.silent)
      try await pool.waitUntilConnected()
      try await body(pool, database)
      for _ in 0..<(size * 3) {
        let count = try await pool.read { connection in try connection.query(one).count }
        #expect(count == 1)
      }
      await pool.shutdown()
    }
  }

  private static func error(_ body: () async throws -> Void) async -> PostgresError? {
    do {
      try await body()
    } catch {
      return error as? PostgresError
    }
    return nil
  }

  /// Waits until the database has a session in pg_sleep, or none.
  private static func waitForSleepers(_ database: TestDatabase, _ count: Int) async throws {
    try await BlockingThread.run {
      let observer = try database.connect()
      let sleepers = Statement(
        "sleepers",
        """
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'PgSleep' AND state = 'active'
        """)
      while try observer.query(sleepers).count != count {}
    }
  }

  @Test("Many readers share few connections")
  func sharing() async throws {
    try await Self.with(size: 3, queueLimit: 1000) { pool, _ in
      let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
        for _ in 0..<500 {
          group.addTask {
            try await pool.read { connection in
              _ = try connection.query(Self.one)
              return connection.backendPID
            }
          }
        }
        return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
      }
      #expect(pids.count <= 3)
      #expect(pool.load.waiting == 0)
    }
  }

  @Test("A cancelled task cancels its statement on the server")
  func cancellation() async throws {
    try await Self.with(size: 1) { pool, database in
      let task = Task {
        await Self.error {
          _ = try await pool.read { connection in
            try connection.query(Self.sleep) { $0.bind(60.0) }.count
          }
        }
      }
      try await Self.waitForSleepers(database, 1)
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      try await Self.waitForSleepers(database, 0)
    }
  }

  @Test("A cancelled task that waits leaves the queue; one that comes cancelled never enters it")
  func cancellationInQueue() async throws {
    try await Self.with(size: 1) { pool, database in
      let blocker = Task {
        _ = try? await pool.read { connection in
          try connection.query(Self.sleep) { $0.bind(60.0) }.count
        }
      }
      try await Self.waitForSleepers(database, 1)
      let ran = Flag()
      let waiting = Task {
        await Self.error { try await pool.read { _ in ran.raise() } }
      }
      while pool.load.waiting == 0 { await Task.yield() }
      waiting.cancel()
      #expect(await waiting.value?.kind == .cancelled)
      let late = Task {
        while !Task.isCancelled { await Task.yield() }
        return await Self.error { try await pool.read { _ in ran.raise() } }
      }
      late.cancel()
      #expect(await late.value?.kind == .cancelled)
      #expect(!ran.isRaised)
      blocker.cancel()
      await blocker.value
    }
  }

  @Test("A deadline ends a running statement")
  func deadline() async throws {
    try await Self.with(size: 1) { pool, database in
      let started = ContinuousClock.now
      let running = await Self.error {
        _ = try await pool.read(deadline: started + .milliseconds(400)) { connection in
          try connection.query(Self.sleep) { $0.bind(60.0) }.count
        }
      }
      #expect(running?.kind == .deadlineExceeded)
      #expect(started.duration(to: .now) < .seconds(50))
      try await Self.waitForSleepers(database, 0)
      let past = await Self.error { try await pool.read(deadline: started) { _ in } }
      #expect(past?.kind == .deadlineExceeded)
    }
  }

  @Test("A deadline ends the wait for a connection")
  func deadlineInQueue() async throws {
    try await Self.with(size: 1) { pool, database in
      let blocker = Task {
        _ = try? await pool.read { connection in
          try connection.query(Self.sleep) { $0.bind(60.0) }.count
        }
      }
      try await Self.waitForSleepers(database, 1)
      let waiting = await Self.error {
        try await pool.read(deadline: .now + .milliseconds(20)) { _ in }
      }
      #expect(waiting?.kind == .deadlineExceeded)
      blocker.cancel()
      await blocker.value
    }
  }

  @Test("A full queue refuses")
  func overload() async throws {
    try await Self.with(size: 1, queueLimit: 2) { pool, database in
      let blocker = Task {
        _ = try? await pool.read { connection in
          try connection.query(Self.sleep) { $0.bind(60.0) }.count
        }
      }
      try await Self.waitForSleepers(database, 1)
      let waiting = (0..<2).map { _ in Task { try await pool.read { _ in } } }
      while pool.load.waiting < 2 { await Task.yield() }
      #expect(await Self.error { try await pool.read { _ in } }?.kind == .overloaded)
      blocker.cancel()
      for task in waiting { try await task.value }
      await blocker.value
    }
  }

  @Test("Cancels at random moments hit their own statement and no other")
  func cancelStorm() async throws {
    try await Self.with(size: 2, queueLimit: 1000) { pool, _ in
      let short = Statement("short", "SELECT pg_sleep(0.001)::text")
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<300 {
          group.addTask {
            let task = Task {
              await Self.error { _ = try await pool.read { try $0.query(short).count } }
            }
            if number % 3 == 0 {
              try? await Task.sleep(for: .microseconds(number * 10))
              task.cancel()
            }
            let error = await task.value
            if number % 3 != 0 { #expect(error == nil) }
            if let error { #expect(error.kind == .cancelled) }
          }
        }
      }
    }
  }

  @Test("Without a database callers are refused at once; with one again they are served")
  func outage() async throws {
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      let pool = PostgresPool(proxy.configuration, size: 2, logger: TestCluster.silent)
      try await pool.waitUntilConnected()
      proxy.set(.refuse)
      proxy.cut()
      var refused: PostgresError?
      while refused == nil {
        refused = await Self.error { _ = try await pool.read { try $0.query(Self.one).count } }
        if case .connectionLost = refused?.kind { refused = nil }
      }
      guard case .connectionUnavailable = refused?.kind else {
        Issue.record("\(String(describing: refused))")
        return
      }
      proxy.set(.pass)
      try await pool.waitUntilConnected()
      let count = try await pool.read { try $0.query(Self.one).count }
      #expect(count == 1)
      await pool.shutdown()
      #expect(await Self.error { try await pool.read { _ in } } != nil)
      proxy.close()
    }
  }

  @Test("A server that hangs while connecting keeps nobody waiting once one attempt has failed")
  func hangingServer() async throws {
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      proxy.set(.stall)
      var configuration = proxy.configuration
      configuration.connectTimeout = .milliseconds(100)
      let pool = PostgresPool(configuration, size: 1, logger: TestCluster.silent)
      let first = await Self.error { try await pool.read { _ in } }
      guard case .connectionUnavailable = first?.kind else {
        Issue.record("\(String(describing: first))")
        return
      }
      let asked = ContinuousClock.now
      for _ in 0..<50 {
        let next = await Self.error { try await pool.read { _ in } }
        guard case .connectionUnavailable = next?.kind else {
          Issue.record("\(String(describing: next))")
          return
        }
      }
      #expect(asked.duration(to: .now) < .seconds(2))
      await pool.shutdown()
      proxy.close()
    }
  }
}
