// Decides what a pipeline promises: order, segments, errors that spread no further than they must.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Pipeline") struct PipelineTests {
  private static let add = Statement("add", "SELECT $1::int4 + $2::int4")
  private static let divide = Statement("divide", "SELECT 100 / $1::int4")
  private static let insert = Statement("insert", "INSERT INTO t VALUES ($1)")
  private static let count = Statement("count", "SELECT count(*) FROM t")

  private static func rows(_ connection: PostgresConnection) throws -> Int64? {
    try connection.query(count).first { row in try row.get(0) }
  }

  /// Runs a test on a connection of a database with the table `t (v int4 primary key)`.
  private static func with(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Void
  ) async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        try connection.script("CREATE TABLE t (v int4 PRIMARY KEY)")
        try body(connection)
      }
    }
  }

  @Test("A statement's result comes back typed")
  func query() async throws {
    try await Self.with { connection in
      let sum = try connection.query(Self.add) {
        $0.bind(Int32(40))
        $0.bind(Int32(2))
      }.first { row in try row.get(0, as: Int32.self) }
      #expect(sum == 42)
    }
  }

  @Test("Tickets may be received in any order, each once")
  func anyOrder() async throws {
    try await Self.with { connection in
      try connection.pipeline { pipeline in
        var tickets: [Pipeline.Ticket] = []
        for number in 0..<20 {
          tickets.append(
            try pipeline.execute(Self.add) {
              $0.bind(Int32(number))
              $0.bind(Int32(1))
            })
        }
        for number in (0..<20).reversed() {
          let value = try pipeline.receive(tickets[number]).first { row in
            try row.get(0, as: Int32.self)
          }
          #expect(value == Int32(number) + 1)
        }
        let again = failure { _ = try pipeline.receive(tickets[3]) }
        #expect(again?.kind == .misuse)
      }
    }
  }

  @Test("A ticket of an earlier pipeline, and a pipeline in a pipeline, are refused")
  func misuse() async throws {
    try await Self.with { connection in
      let old = try connection.pipeline { try $0.execute(Self.count) }
      try connection.pipeline { pipeline in
        _ = try pipeline.execute(Self.count)
        #expect(failure { _ = try pipeline.receive(old) }?.kind == .misuse)
        #expect(failure { try connection.pipeline { (_: borrowing Pipeline) in } }?.kind == .misuse)
      }
      let twin = Statement("count", "SELECT 1")
      #expect(failure { _ = try connection.query(twin) }?.kind == .misuse)
      let rows = try Self.rows(connection)
      #expect(rows == 0)
    }
  }

  @Test("An error in the middle of a segment undoes it, and is told for each of its statements")
  func errorInTheMiddle() async throws {
    try await Self.with { connection in
      let error = failure {
        try connection.pipeline { pipeline in
          let before = try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
          let failing = try pipeline.execute(Self.divide) { $0.bind(Int32(0)) }
          let after = try pipeline.execute(Self.insert) { $0.bind(Int32(2)) }
          #expect(try pipeline.receive(before).affected == 1)
          let skipped = failure { _ = try pipeline.receive(after) }
          #expect(skipped?.statement == "divide")
          _ = try pipeline.receive(failing)
        }
      }
      #expect(error?.kind == .dataError)
      #expect(error?.sqlState == SQLState(rawValue: "22012"))
      let value0 = try Self.rows(connection)
      #expect(value0 == 0)
    }
  }

  @Test("A Sync confines an error to its segment")
  func segments() async throws {
    try await Self.with { connection in
      try connection.pipeline { pipeline in
        try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
        try pipeline.sync()
        let failing = try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
        try pipeline.sync()
        try pipeline.execute(Self.insert) { $0.bind(Int32(3)) }
        let error = failure { _ = try pipeline.receive(failing) }
        #expect(error?.kind == .constraintViolation)
        #expect(error?.constraint == "t_pkey")
        #expect(error?.table == "t")
      }
      let rows = try Self.rows(connection)
      #expect(rows == 2)
    }
  }

  @Test("An error that nobody received is thrown at the end")
  func unreceived() async throws {
    try await Self.with { connection in
      let error = failure {
        try connection.pipeline { pipeline in
          _ = try pipeline.execute(Self.divide) { $0.bind(Int32(0)) }
        }
      }
      #expect(error?.kind == .dataError)
      let value1 = try Self.rows(connection)
      #expect(value1 == 0)
    }
  }

  @Test("A transaction in two steps: lock and Sync, decide, write and commit")
  func twoSteps() async throws {
    try await Self.with { connection in
      try connection.transaction { pipeline in
        let locked = try pipeline.execute(Self.count)
        try pipeline.sync()
        let seen = try pipeline.receive(locked).first { row in try row.get(0, as: Int64.self) }
        #expect(seen == 0)
        for number in 0..<100 { try pipeline.execute(Self.insert) { $0.bind(Int32(number)) } }
      }
      let rows = try Self.rows(connection)
      #expect(rows == 100)
    }
  }

  private struct Stop: Error {}

  @Test("A transaction whose closure throws leaves nothing")
  func rollback() async throws {
    try await Self.with { connection in
      #expect(throws: Stop.self) {
        try connection.transaction { pipeline in
          try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
          try pipeline.sync()
          throw Stop()
        }
      }
      let rows = try Self.rows(connection)
      #expect(rows == 0)
    }
  }

  @Test("A transaction whose last write fails leaves nothing")
  func failingWrite() async throws {
    try await Self.with { connection in
      let error = failure {
        try connection.transaction { pipeline in
          let first = try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
          _ = try pipeline.receive(first)
          _ = try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
        }
      }
      #expect(error?.kind == .constraintViolation)
      let rows = try Self.rows(connection)
      #expect(rows == 0)
    }
  }

  @Test("A COMMIT that Postgres answers as a ROLLBACK is an error")
  func swallowedError() async throws {
    try await Self.with { connection in
      let error = failure {
        try connection.transaction { pipeline in
          try pipeline.execute(Self.insert) { $0.bind(Int32(1)) }
          let failing = try pipeline.execute(Self.divide) { $0.bind(Int32(0)) }
          let inner = failure { _ = try pipeline.receive(failing) }
          #expect(inner?.kind == .dataError)
        }
      }
      #expect(error?.kind == .transactionAborted)
      let rows = try Self.rows(connection)
      #expect(rows == 0)
    }
  }

  @Test("A transaction left open is rolled back and told")
  func leftOpen() async throws {
    try await Self.with { connection in
      let error = failure {
        try connection.pipeline { pipeline in
          try pipeline.begin()
          _ = try pipeline.execute(Self.insert) { $0.bind(Int32(9)) }
        }
      }
      #expect(error?.kind == .misuse)
      let rows = try Self.rows(connection)
      #expect(rows == 0)
    }
  }

  @Test("A statement that could not be prepared can be tried again; a changed table heals")
  func prepare() async throws {
    try await Self.with { connection in
      let late = Statement("late", "SELECT * FROM late_table")
      let missing = failure { _ = try connection.query(late) }
      #expect(missing?.kind == .statementError)
      #expect(missing?.sqlState == .undefinedTable)
      try connection.script("CREATE TABLE late_table (a int)")
      #expect(try connection.query(late).columnCount == 1)
      try connection.script("ALTER TABLE late_table ADD COLUMN b int")
      let stale = failure { _ = try connection.query(late) }
      #expect(stale?.isRetryable == true)
      #expect(try connection.query(late).columnCount == 2)
      try connection.script("DEALLOCATE ALL")
      #expect(failure { _ = try connection.query(late) }?.isRetryable == true)
      #expect(try connection.query(late).columnCount == 2)
    }
  }

  @Test("An unprepared statement leaves nothing on the server")
  func everyTime() async throws {
    try await Self.with { connection in
      let once = Statement("once", "SELECT $1::int4", planning: .everyTime)
      for number in 0..<3 {
        let back = try connection.query(once) { $0.bind(Int32(number)) }
          .first { row in try row.get(0, as: Int32.self) }
        #expect(back == Int32(number))
      }
      let names = Statement(
        "names", "SELECT count(*) FROM pg_prepared_statements WHERE name IN ('', 'once')")
      #expect(try connection.query(names).first { row in try row.get(0, as: Int64.self) } == 0)
    }
  }
}
