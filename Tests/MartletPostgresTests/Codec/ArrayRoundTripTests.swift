// Decides that what is bound comes back unchanged, for every type, with NULLs and odd values.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Arrays and scalars") struct ArrayRoundTripTests {
  /// Sends arrays as parameters and reads them back as an array and as rows.
  private static func check<Value: PostgresValue & Equatable>(
    _ connection: PostgresConnection, _ type: String, seed: UInt64,
    _ make: (inout Seeded) -> Value
  ) throws {
    var random = Seeded(seed)
    let echo = Statement("echo_\(type)", "SELECT $1::\(type)[], $2::\(type)")
    let unnest = Statement("unnest_\(type)", "SELECT v FROM unnest($1::\(type)[]) AS v")
    for size in [0, 1, 2, 50] {
      let plain = (0..<size).map { _ in make(&random) }
      let nullable = plain.map { Bool.random(using: &random) ? $0 : nil }
      let first = nullable.first ?? nil
      let back = try connection.query(echo) {
        $0.bindArray(nullable: nullable)
        $0.bind(first)
      }.first { row in
        (try row.nullableArray(0, of: Value.self), try row.optional(1, as: Value.self))
      }
      #expect(back?.0 == nullable, "\(type), seed \(seed)")
      #expect(back?.1 == first, "\(type), seed \(seed)")
      let rows = try connection.query(unnest) { $0.bindArray(plain) }
        .map { row in try row.get(0, as: Value.self) }
      #expect(rows == plain, "\(type), seed \(seed)")
      let indexed = try connection.query(echo) {
        $0.bindArray(count: size) { plain[$0] }
        $0.bindNull()
      }.first { row in try row.array(0, of: Value.self) }
      #expect(indexed == plain, "\(type), seed \(seed)")
    }
  }

  @Test("Every type survives the way there and back")
  func roundTrip() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        try Self.check(connection, "uuid", seed: seed) {
          PostgresUUID(high: $0.next(), low: $0.next())
        }
        try Self.check(connection, "int2", seed: seed) { Int16(truncatingIfNeeded: $0.next()) }
        try Self.check(connection, "int4", seed: seed) { Int32(truncatingIfNeeded: $0.next()) }
        try Self.check(connection, "int8", seed: seed) { Int64(truncatingIfNeeded: $0.next()) }
        try Self.check(connection, "bool", seed: seed) { $0.next() % 2 == 0 }
        try Self.check(connection, "float8", seed: seed) {
          Double.random(in: -1e300...1e300, using: &$0)
        }
        try Self.check(connection, "text", seed: seed) { $0.text(40) }
        try Self.check(connection, "bytea", seed: seed) { $0.bytes(300) }
        try Self.check(connection, "timestamptz", seed: seed) {
          PostgresTimestamp(
            microseconds: .random(
              in: -60_000_000_000_000_000...9_000_000_000_000_000_000, using: &$0))
        }
        try Self.check(connection, "jsonb", seed: seed) { PostgresJSON("\($0.next())") }
      }
    }
  }

  @Test("Infinite times, infinite and odd floats survive")
  func extremes() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        let times = Statement(
          "times", "SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, $1::timestamptz")
        try connection.query(times) { $0.bind(PostgresTimestamp(unixMicroseconds: 0)) }
          .forEach { row in
            let value0 = try row.get(0, as: PostgresTimestamp.self)
            #expect(value0 == .infinity)
            let value1 = try row.get(1, as: PostgresTimestamp.self)
            #expect(value1 == .negativeInfinity)
            let value2 = try row.get(2, as: PostgresTimestamp.self).unixMicroseconds
            #expect(value2 == 0)
          }
        let floats = Statement("floats", "SELECT unnest($1::float8[])")
        let sent = [Double.infinity, -.infinity, .nan, -0.0, .leastNonzeroMagnitude]
        let back = try connection.query(floats) { $0.bindArray(sent) }
          .map { row in try row.get(0, as: Double.self) }
        #expect(back.map(\.bitPattern) == sent.map(\.bitPattern))
      }
    }
  }

  @Test("A NUL in text and in jsonb is a data error, and the connection goes on")
  func nul() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        let text = Statement("text", "SELECT $1::text")
        let first = failure {
          _ = try connection.query(text) { $0.bind("a\0b") }
        }
        #expect(first?.kind == .dataError)
        let json = Statement("json", "SELECT $1::jsonb")
        let second = failure {
          _ = try connection.query(json) { $0.bind(PostgresJSON(#"{"a":"\u0000"}"#)) }
        }
        #expect(second?.kind == .dataError)
        let third = failure {
          _ = try connection.query(json) { $0.bind(PostgresJSON("{")) }
        }
        #expect(third?.kind == .dataError)
        #expect(try connection.query(text) { $0.bind("fine") }.count == 1)
      }
    }
  }

  @Test("Asking for the wrong type, a NULL or a missing column is an error, never a wrong value")
  func mismatches() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        let select = Statement(
          "select", "SELECT 1::int4, NULL::text, 'x'::text, ARRAY[[1],[2]], ARRAY[1,NULL]")
        try connection.query(select).forEach { row in
          func fails(_ body: () throws -> Void) {
            #expect(failure(body)?.kind == .decodingError)
          }
          let value3 = try row.get(0, as: Int64.self)
          #expect(value3 == 1)
          fails { _ = try row.get(0, as: Int16.self) }
          fails { _ = try row.get(0, as: String.self) }
          fails { _ = try row.get(1, as: String.self) }
          fails { _ = try row.get(2, as: PostgresUUID.self) }
          fails { _ = try row.get(2, as: [UInt8].self) }
          fails { _ = try row.array(2, of: String.self) }
          fails { _ = try row.array(3, of: Int32.self) }
          fails { _ = try row.array(4, of: Int32.self) }
          fails { _ = try row.get(5, as: Int32.self) }
          fails { _ = try row.optional(-1, as: Int32.self) }
          let value4 = try row.optional(1, as: String.self)
          #expect(value4 == nil)
          let value5 = try row.nullableArray(4, of: Int32.self)
          #expect(value5 == [1, nil])
        }
      }
    }
  }

  private enum Colour: Int16, PostgresValue {
    case red = 1
    case green = 2
  }

  @Test("An enum over a raw value travels as that value; an unknown one is an error")
  func rawValues() async throws {
    try await TestDatabase.with { database in
      try await BlockingThread.run {
        let connection = try database.connect()
        let select = Statement("colours", "SELECT $1::int2[], 7::int2, $2::int2")
        try connection.query(select) {
          $0.bindArray([Colour.red, .green])
          $0.bind(Colour.green)
        }.forEach { row in
          let value6 = try row.array(0, of: Colour.self)
          #expect(value6 == [.red, .green])
          #expect(failure { _ = try row.get(1, as: Colour.self) }?.kind == .decodingError)
        }
      }
    }
  }
}
