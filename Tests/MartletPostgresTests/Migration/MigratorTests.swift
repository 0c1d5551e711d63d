// Decides how a schema moves: once, in order, one migrator at a time, never under an old binary.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Migrations", .timeLimit(.minutes(10))) struct MigratorTests {
  private static let binary = BinaryVersion(1, 2, 0)

  private static let steps = [
    Migration(
      number: 1, name: "tables", sql: "CREATE TABLE a (v int); CREATE TABLE b (v int);",
      oldestBinary: BinaryVersion(1, 0, 0)),
    Migration(
      number: 2, name: "row", sql: "INSERT INTO a VALUES (1) -- no semicolon",
      oldestBinary: BinaryVersion(1, 1, 0)),
  ]

  private static func connected(
    _ body: @escaping @Sendable (TestDatabase, PostgresConnection) throws -> Void
  ) async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run { try body(database, database.connect()) }
    }
  }

  @Test("Steps are applied once, in order, and remembered")
  func up() async throws {
    try await Self.connected { _, connection in
      let migrator = Migrator(Self.steps)
      let before = try migrator.status(on: connection)
      #expect(before.version == 0)
      #expect(before.pending == Self.steps)
      #expect(throws: MigrationError.pending([1, 2])) {
        try migrator.check(on: connection, binary: Self.binary)
      }
      let applied = try migrator.up(on: connection, binary: Self.binary)
      #expect(applied == Self.steps)
      let again = try migrator.up(on: connection, binary: Self.binary)
      #expect(again.isEmpty)
      let after = try migrator.status(on: connection)
      #expect(after.version == 2)
      #expect(after.applied.map(\.name) == ["tables", "row"])
      #expect(after.oldestBinary == BinaryVersion(1, 1, 0))
      try migrator.check(on: connection, binary: Self.binary)
      let setting = Statement("setting", "SELECT current_setting('statement_timeout')")
      let timeout = try connection.query(setting).first { row in try row.get(0, as: String.self) }
      #expect(timeout == "30s")
    }
  }

  @Test("An older binary is refused before anything changes; one within reach is not")
  func oldBinary() async throws {
    try await Self.connected { _, connection in
      try Migrator(Self.steps).up(on: connection, binary: Self.binary)
      let old = Migrator(Array(Self.steps.prefix(1)))
      let refused = MigrationError.binaryTooOld(
        binary: BinaryVersion(1, 0, 9), oldest: BinaryVersion(1, 1, 0))
      #expect(throws: refused) { try old.check(on: connection, binary: BinaryVersion(1, 0, 9)) }
      #expect(throws: refused) { try old.up(on: connection, binary: BinaryVersion(1, 0, 9)) }
      // One release back, which knows one step less, may go on.
      try old.check(on: connection, binary: BinaryVersion(1, 1, 0))
      #expect(refused.description.contains("1.0.9"))
    }
  }

  @Test("A step that fails is undone, those before it stay, and it can be tried again")
  func failingStep() async throws {
    try await Self.connected { _, connection in
      let bad = Migration(
        number: 3, name: "bad", sql: "CREATE TABLE c (v int); SELECT 1/0;",
        oldestBinary: BinaryVersion(1, 0, 0))
      let error = failure {
        _ = try Migrator(Self.steps + [bad]).up(on: connection, binary: Self.binary)
      }
      #expect(error?.kind == .dataError)
      #expect(error?.statement == "migration 3 (bad)")
      let status = try Migrator(Self.steps).status(on: connection)
      #expect(status.version == 2)
      let good = Migration(
        number: 3, name: "good", sql: "CREATE TABLE c (v int)", oldestBinary: BinaryVersion(1, 0, 0)
      )
      let applied = try Migrator(Self.steps + [good]).up(on: connection, binary: Self.binary)
      #expect(applied.map(\.number) == [3])
    }
  }

  @Test("An edited step is found")
  func edited() async throws {
    try await Self.connected { _, connection in
      try Migrator(Self.steps).up(on: connection, binary: Self.binary)
      var steps = Self.steps
      steps[0] = Migration(
        number: 1, name: "tables", sql: "CREATE TABLE a (v int)",
        oldestBinary: BinaryVersion(1, 0, 0))
      let migrator = Migrator(steps)
      #expect(throws: MigrationError.edited(number: 1, name: "tables")) {
        _ = try migrator.status(on: connection)
      }
      let twice = Migrator([steps[0], steps[0]])
      #expect(throws: MigrationError.misnumbered(1)) { _ = try twice.status(on: connection) }
    }
  }

  @Test("A step of a lower number that comes later is applied")
  func gaps() async throws {
    try await TestDatabase.with { database in
      let connection = try database.connect()
      let late = Migration(number: 3, name: "c", sql: "SELECT 1", oldestBinary: Self.binary)
      let last = Migration(number: 7, name: "g", sql: "SELECT 1", oldestBinary: Self.binary)
      try Migrator(Self.steps + [last]).up(on: connection, binary: Self.binary)
      let whole = Migrator(Self.steps + [late, last])
      #expect(try whole.status(on: connection).pending.map(\.number) == [3])
      #expect(try whole.up(on: connection, binary: Self.binary).map(\.number) == [3])
      #expect(try whole.status(on: connection).applied.map(\.number) == [1, 2, 3, 7])
    }
  }

  @Test("Migrators that start together do the work once")
  func together() async throws {
    try await TestDatabase.with { database in
      let applied = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 {
          group.addTask {
            try await BlockingThread.run {
              try Migrator(Self.steps).up(on: database.connect(), binary: Self.binary).count
            }
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(applied == 2)
    }
  }

  @Test("Versions are read and ordered")
  func versions() {
    #expect(BinaryVersion("v1.2.3-dev") == BinaryVersion(1, 2, 3))
    #expect(BinaryVersion("2") == BinaryVersion(2, 0, 0))
    #expect(BinaryVersion("1.x") == nil)
    #expect(BinaryVersion("1.2.3.4") == nil)
    #expect(BinaryVersion("") == nil)
    #expect(BinaryVersion(1, 10, 0) > BinaryVersion(1, 9, 9))
  }
}
