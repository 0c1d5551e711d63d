// Decides that a statement over arrays means the same in its form for one row.

import MartletTestKit
import Testing

@testable import MartletPostgres

@Suite struct BulkStatementTests {
  private static let insert = BulkStatement(
    Statement(
      "bulk",
      "INSERT INTO t (a, b) SELECT * FROM unnest($1::int4[], $2::text[]) RETURNING a, b, $3::text"))

  @Test func oneRowHasAFormOfItsOwn() {
    #expect(
      Self.insert.one?.sql
        == "INSERT INTO t (a, b) SELECT * FROM (VALUES ($1::int4, $2::text)) AS one RETURNING a, b, $3::text"
    )
    let named = BulkStatement(Statement("n", "SELECT FROM unnest($1::uuid[]) AS n (id)"))
    #expect(named.one?.sql == "SELECT FROM (VALUES ($1::uuid)) AS n (id)")
  }

  @Test func severalAreUnfoldedAndUsedAsArraysBesideThat() {
    let sql = """
      WITH a AS (INSERT INTO t SELECT * FROM unnest($1::uuid[], $2::text[])),
      b AS (INSERT INTO u SELECT * FROM unnest($3::int4[]) RETURNING 1) SELECT $4::text, $1::uuid[]
      """
    #expect(
      BulkStatement(Statement("n", sql)).one?.sql == """
        WITH a AS (INSERT INTO t SELECT * FROM (VALUES ($1::uuid, $2::text)) AS one),
        b AS (INSERT INTO u SELECT * FROM (VALUES ($3::int4)) AS one2 RETURNING 1) SELECT $4::text, ARRAY[$1::uuid]
        """)
  }

  @Test(arguments: [
    "SELECT 1", "SELECT * FROM unnest(ARRAY[1])", "SELECT $1 FROM unnest($2::int4[])",
    "SELECT * FROM unnest($1::int4[]) n WHERE n = ANY ($2::int4[])",
    "SELECT * FROM unnest($1::int4[], $2)",
  ])
  func othersHaveNone(_ sql: String) { #expect(BulkStatement(Statement("x", sql)).one == nil) }

  @Test func bothFormsBindAlike() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        try connection.script("CREATE TABLE t (a int4, b text)")
        for rows in [1, 3] {
          let found = try connection.pipeline { pipeline in
            let ticket = try pipeline.execute(Self.insert, rows: rows) {
              $0.bindArray(0..<Int32(rows))
              $0.bindArray(of: String.self, count: rows) { $0 == 0 ? nil : "\($0)" }
              $0.bind("beside")
            }
            return try pipeline.receive(ticket).map { row throws(PostgresError) in
              let text: String? = try row.optional(1)
              return
                "\(try row.get(0, as: Int32.self)) \(text ?? "-") \(try row.get(2, as: String.self))"
            }
          }
          #expect(found == Array(["0 - beside", "1 1 beside", "2 2 beside"].prefix(rows)))
        }
      }
    }
  }
}
