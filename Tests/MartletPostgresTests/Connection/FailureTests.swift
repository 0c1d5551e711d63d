// Decides how each way to lose a connection or a statement is told, and that none of them hangs.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Failures", .timeLimit(.minutes(10))) struct FailureTests {
  private static let sleep = Statement("sleep", "SELECT pg_sleep($1)::text")
  private static let one = Statement("one", "SELECT 1")
  private static let kill = Statement("kill", "SELECT pg_terminate_backend($1)")

  @Test("A terminated backend is told, and the connection stays lost")
  func terminated() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        let other = try database.connect()
        _ = try other.query(Self.kill) { $0.bind(connection.backendPID) }
        let first = failure { _ = try connection.query(Self.one) }
        #expect(first?.endsConnection == true)
        #expect(!connection.isUsable)
        let second = failure { _ = try connection.query(Self.one) }
        #expect(second == first)
      }
    }
  }

  @Test("A backend that dies in the middle of a statement is an admin shutdown")
  func terminatedWhileBusy() async throws {
    try await TestDatabase.with { database in
      let connection = try await BlockingThread.run { Confined(try database.connect()) }
      let pid = connection.value.backendPID
      async let error = BlockingThread.run {
        failure { _ = try connection.value.query(Self.sleep) { $0.bind(60.0) } }
      }
      try await BlockingThread.run {
        let other = try database.connect()
        let busy = Statement(
          "busy", "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'")
        while try other.query(busy, { $0.bind(pid) }).isEmpty {}
        _ = try other.query(Self.kill) { $0.bind(pid) }
      }
      #expect(try await error?.kind == .adminShutdown)
    }
  }

  @Test("A lock that is not granted in time is a lock time-out; the transaction is over")
  func lockTimeout() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        var configuration = database.configuration
        configuration.lockTimeout = .milliseconds(50)
        let holder = try database.connect()
        try holder.script("CREATE TABLE t (v int); INSERT INTO t VALUES (1)")
        let lock = Statement("lock", "SELECT v FROM t FOR UPDATE")
        let waiter = try PostgresConnection(configuration)
        try holder.pipeline { pipeline in
          try pipeline.begin()
          _ = try pipeline.query(lock)
          let error = failure { try waiter.transaction { _ = try $0.query(lock) } }
          #expect(error?.kind == .lockTimeout)
          try pipeline.rollback()
        }
        #expect(try waiter.transaction { try $0.query(lock).count } == 1)
      }
    }
  }

  @Test("Two transactions that wait for each other: one is retryable, the other passes")
  func deadlock() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        try database.connect().script(
          "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
      }
      let lock = Statement("lock", "SELECT id FROM t WHERE id = $1 FOR UPDATE")
      let meeting = Meeting(2)
      @Sendable func crossing(_ first: Int32, _ second: Int32) async throws -> PostgresError? {
        try await BlockingThread.run {
          var configuration = database.configuration
          configuration.settings["deadlock_timeout"] = "20ms"
          let connection = try PostgresConnection(configuration)
          do {
            try connection.transaction { pipeline in
              _ = try pipeline.query(lock) { $0.bind(first) }
              meeting.arriveAndWait()
              _ = try pipeline.query(lock) { $0.bind(second) }
            }
            return nil
          } catch let error as PostgresError {
            return error
          }
        }
      }
      async let left = crossing(1, 2)
      async let right = crossing(2, 1)
      let failures = try await [left, right].compactMap { $0 }
      #expect(failures.map(\.kind) == [.retryable])
      #expect(failures.first?.sqlState == .deadlockDetected)
    }
  }

  @Test("A statement over its time-out is cancelled by the server; the connection goes on")
  func statementTimeout() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        var configuration = database.configuration
        configuration.statementTimeout = .milliseconds(50)
        let connection = try PostgresConnection(configuration)
        let error = failure { _ = try connection.query(Self.sleep) { $0.bind(60.0) } }
        #expect(error?.kind == .queryCanceled)
        #expect(try connection.query(Self.one).count == 1)
      }
    }
  }

  @Test("A transaction left idle is ended by the server: a stopped replica blocks nobody")
  func idleInTransaction() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        var configuration = database.configuration
        configuration.idleInTransactionTimeout = .milliseconds(50)
        let connection = try PostgresConnection(configuration)
        let observer = try database.connect()
        let pid = connection.backendPID
        let alive = Statement("alive", "SELECT 1 FROM pg_stat_activity WHERE pid = $1")
        let error = failure {
          try connection.transaction { pipeline in
            _ = try pipeline.query(Self.one)
            while try !observer.query(alive, { $0.bind(pid) }).isEmpty {}
            _ = try pipeline.query(Self.one)
          }
        }
        #expect(error?.kind == .connectionLost)
      }
    }
  }

  @Test("A peer that says nothing is given up after the response time-out")
  func stalled() async throws {
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      var configuration = proxy.configuration
      configuration.connectTimeout = .seconds(60)
      configuration.responseTimeout = .seconds(5)
      let patient = configuration
      configuration.connectTimeout = .milliseconds(200)
      let hasty = configuration
      try await BlockingThread.run {
        let connection = try PostgresConnection(patient)
        _ = try connection.query(Self.one)
        proxy.set(.stall)
        #expect(failure { _ = try connection.query(Self.one) }?.kind == .connectionLost)
        #expect(failure { _ = try PostgresConnection(hasty) }?.kind == .connectionLost)
      }
      proxy.close()
    }
  }

  @Test("A cut at any byte is told as lost; unknown only where a commit may have passed")
  func cutAnywhere() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      try await BlockingThread.run {
        try database.connect().script("CREATE TABLE t (v int8 PRIMARY KEY)")
        let insert = Statement("insert", "INSERT INTO t SELECT * FROM unnest($1::int8[])")
        let count = Statement("count", "SELECT count(*) FROM t WHERE v = $1")
        let observer = try database.connect()
        var random = Seeded(seed)
        var outcomes: [String: Int] = [:]
        for round in 0..<120 {
          let connection = try PostgresConnection(proxy.configuration)
          _ = try connection.query(insert) { $0.bindArray([Int64]()) }
          let key = Int64(round)
          proxy.cut(afterBytesToServer: Int.random(in: 1...330, using: &random))
          var failure: PostgresError?
          do {
            try connection.transaction { pipeline in
              _ = try pipeline.query(Self.one)
              try pipeline.execute(insert) { $0.bindArray([key]) }
            }
          } catch let error as PostgresError {
            failure = error
          }
          proxy.cut(afterBytesToServer: nil)
          // What a dying backend still commits is committed once it is gone.
          let gone = Statement("gone", "SELECT 1 FROM pg_stat_activity WHERE pid = $1")
          if failure != nil {
            while try !observer.query(gone, { $0.bind(connection.backendPID) }).isEmpty {}
          }
          let isThere =
            try observer.query(count) { $0.bind(key) }.first { row in try row.get(0, as: Int64.self)
            }
            == 1
          if let failure {
            #expect(failure.kind == .connectionLost, "seed \(seed)")
            if isThere { #expect(failure.outcomeUnknown, "round \(round), seed \(seed)") }
            outcomes[failure.outcomeUnknown ? "unknown" : "lost", default: 0] += 1
          } else {
            #expect(isThere, "round \(round), seed \(seed)")
            outcomes["committed", default: 0] += 1
          }
        }
        #expect(outcomes.count == 3, "\(outcomes), seed \(seed)")
      }
      proxy.close()
    }
  }

  @Test("A wrong database, user or host is told apart from a server that is away")
  func refused() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let base = database.configuration.conninfo
        let missing = try PostgresConfiguration(base + " dbname=nowhere")
        #expect(failure { _ = try PostgresConnection(missing) }?.kind == .connectionRefused)
        let stranger = try PostgresConfiguration(base + " user=nobody_here")
        #expect(failure { _ = try PostgresConnection(stranger) }?.kind == .connectionRefused)
        let away = try PostgresConfiguration("host=/nonexistent user=u dbname=d")
        #expect(failure { _ = try PostgresConnection(away) }?.kind == .connectionLost)
      }
    }
  }

  @Test("Session settings are in force")
  func settings() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        var configuration = database.configuration
        configuration.planning = .custom
        configuration.applicationName = "it's me"
        configuration.settings["work_mem"] = "1234kB"
        let connection = try PostgresConnection(configuration)
        let show = Statement(
          "show",
          """
          SELECT array(SELECT current_setting(n) FROM unnest(ARRAY['TimeZone', 'lock_timeout',
            'statement_timeout', 'idle_in_transaction_session_timeout', 'plan_cache_mode',
            'application_name', 'work_mem', 'client_encoding']) WITH ORDINALITY AS s(n, i) ORDER BY i)
          """)
        let values = try connection.query(show).first { row in try row.array(0, of: String.self) }
        #expect(
          values == ["UTC", "5s", "30s", "10s", "force_custom_plan", "it's me", "1234kB", "UTF8"])
      }
    }
  }
}
