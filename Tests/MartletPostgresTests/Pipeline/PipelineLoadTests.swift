// Decides that a pipeline cannot deadlock on full socket buffers, whatever its size and direction.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Pipeline under load") struct PipelineLoadTests {
  /// Sends `statements` with a parameter of up to `up` bytes, each answered by up to `down` bytes.
  private static func run(
    _ configuration: PostgresConfiguration, statements: Int, up: Int, down: Int, seed: UInt64
  ) throws {
    let connection = try PostgresConnection(configuration)
    let echo = Statement("echo", "SELECT $1::int4, length($2::bytea), repeat('x', $3::int4)")
    var random = Seeded(seed)
    try connection.pipeline { pipeline in
      var sent: [(ticket: Pipeline.Ticket, up: Int, down: Int)] = []
      for number in 0..<statements {
        let payload = [UInt8](repeating: 7, count: Int.random(in: 0...up, using: &random))
        let answer = Int.random(in: 0...down, using: &random)
        let ticket = try pipeline.execute(echo) {
          $0.bind(Int32(number))
          $0.bind(payload)
          $0.bind(Int32(answer))
        }
        sent.append((ticket, payload.count, answer))
        if Int.random(in: 0..<50, using: &random) == 0 { try pipeline.sync() }
      }
      for (number, item) in sent.enumerated() {
        try pipeline.receive(item.ticket).forEach { row in
          let value0 = try row.get(0, as: Int32.self)
          #expect(value0 == Int32(number), "seed \(seed)")
          let value1 = try row.get(1, as: Int32.self)
          #expect(value1 == Int32(item.up), "seed \(seed)")
          let value2 = try row.get(2, as: String.self).utf8.count
          #expect(value2 == item.down, "seed \(seed)")
        }
      }
    }
  }

  @Test(
    "Big parameters and big rows pass each other",
    .timeLimit(.minutes(10)),
    arguments: [
      (1, 3_000_000, 3_000_000), (2, 100, 5_000_000), (40, 400_000, 400_000), (500, 30_000, 0),
      (500, 0, 60_000), (5000, 2_000, 4_000), (5000, 0, 0),
    ])
  func bigRows(statements: Int, up: Int, down: Int) async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await TestDatabase.with { database in
      let configuration = database.configuration
      try await BlockingThread.run {
        try Self.run(configuration, statements: statements, up: up, down: down, seed: seed)
      }
    }
  }

  @Test("A slow link changes nothing", .timeLimit(.minutes(10)))
  func slowLink() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      proxy.set(.delay(.milliseconds(1)))
      let configuration = proxy.configuration
      try await BlockingThread.run {
        try Self.run(configuration, statements: 200, up: 20_000, down: 20_000, seed: seed)
      }
      proxy.close()
    }
  }
}
