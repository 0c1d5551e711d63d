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
