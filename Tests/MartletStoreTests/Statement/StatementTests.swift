// Decides that every named statement is known, explained and accepted by the schema.

import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite struct StatementTests {
  @Test func everyStatementPreparesOnAMigratedDatabase() async throws {
    let database = try await TestDatabase.make(Templates.schema)
    try await BlockingThread.run {
      let connection = try database.connect()
      for (name, statement) in SQL.all.sorted(by: { $0.key < $1.key }) {
        do {
          try connection.script("PREPARE \(name) AS \(statement.sql)")
        } catch {
          Issue.record("\(name): \(error)")
        }
      }
    }
    await database.drop()
  }

  /// What services ask every second finds what is due by an index, however much is due later. A comparison with
  /// clock_timestamp(), which is volatile, would look at all of it.
  @Test func whatIsDueIsFoundByAnIndex() async throws {
    let statements = [
      "take_due_runs", "take_strandings", "take_removals", "forget_removals", "take_lapsed_offers",
      "take_schedules", "find_lapsed_leases", "forget_ended_leases",
      "delete_expired_results", "delete_due_cache_entries", "delete_lapsed_cache_reservations",
    ]
    let database = try await TestDatabase.make(Templates.schema)
    try await BlockingThread.run {
      let connection = try database.connect()
      try connection.script("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
      for name in statements {
        let statement = try #require(SQL.all[name])
        let parameters = (1...9).filter { statement.sql.contains("$\($0)::") }.map { _ in "NULL" }
        try connection.script("PREPARE \(name) AS \(statement.sql)")
        let list = parameters.isEmpty ? "" : "(\(parameters.joined(separator: ", ")))"
        let plan = try connection.query(
          Statement("", "EXPLAIN EXECUTE \(name)\(list)", planning: .everyTime)
        ).map { row throws(PostgresError) in try row.get(0, as: String.self) }
        #expect(
          plan.contains { $0.contains("Index Cond") && $0.contains("statement_timestamp()") },
          "\(name):\n\(plan.joined(separator: "\n"))")
      }
    }
    await database.drop()
  }

  @Test func everyStatementHasAPurpose() {
    let entries = SQL.files.flatMap(\.entries)
    #expect(entries.count > 50)
    for entry in entries { #expect(!entry.purpose.isEmpty, "\(entry.name)") }
  }

  @Test func parsesNamePurposeAndText() {
    let file = StatementFile(
      """
      -- About the file.

      -- name: one
      -- Does one
      -- thing.
      SELECT 1
      -- not a purpose
      FROM x

      -- name: two
      -- Does two.
      SELECT 2
      """)
    #expect(file.entries.map(\.name) == ["one", "two"])
    #expect(file.entries.map(\.purpose) == ["Does one thing.", "Does two."])
    #expect(file.entries[0].sql == "SELECT 1\n-- not a purpose\nFROM x")
  }
}
