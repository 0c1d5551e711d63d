// Decides what a listener promises: a hint for every change, few for many, one for all after a gap.

import MartletPostgres
import MartletTestKit
import Testing

@Suite("Listener", .timeLimit(.minutes(10))) struct ListenerTests {
  private static func notify(_ database: TestDatabase, _ channel: String, _ payload: String)
    async throws
  {
    try await BlockingThread.run {
      let notify = Statement("notify", "SELECT pg_notify($1, $2)::text")
      _ = try database.connect().query(notify) {
        $0.bind(channel)
        $0.bind(payload)
      }
    }
  }

  @Test("Each channel begins with a hint for everything; then payloads come")
  func hints() async throws {
    try await TestDatabase.with { database in
      let listener = PostgresListener(
        database.configuration, channels: ["runs", "odd \"name"], logger: TestCluster.silent)
      var hints = listener.hints.makeAsyncIterator()
      #expect(await hints.next() == PostgresHint(channel: "runs", payload: nil))
      #expect(await hints.next() == PostgresHint(channel: "odd \"name", payload: nil))
      try await Self.notify(database, "odd \"name", "é")
      #expect(await hints.next() == PostgresHint(channel: "odd \"name", payload: "é"))
      try await Self.notify(database, "elsewhere", "x")
      try await Self.notify(database, "runs", "")
      #expect(await hints.next() == PostgresHint(channel: "runs", payload: ""))
      await listener.shutdown()
      #expect(await hints.next() == nil)
    }
  }

  @Test("Hints nobody takes are merged: equal ones, and too many into one for everything")
  func coalescing() async throws {
    try await TestDatabase.with { database in
      let listener = PostgresListener(
        database.configuration, channels: ["a", "z"], logger: TestCluster.silent)
      var hints = listener.hints.makeAsyncIterator()
      _ = await hints.next()
      _ = await hints.next()
      try await BlockingThread.run {
        let connection = try database.connect()
        let many = Statement(
          "many",
          "SELECT pg_notify('a', (i % $1::int4)::text)::text FROM generate_series(1, 1000) i")
        for distinct in [5, 1000] as [Int32] {
          _ = try connection.query(many) { $0.bind(distinct) }
        }
      }
      // Postgres keeps the order of commits: once this one is here, so are those before it.
      try await Self.notify(database, "z", "end")
      var heard: [PostgresHint] = []
      while let hint = await hints.next(), hint.channel != "z" { heard.append(hint) }
      #expect(heard.count < 200)
      #expect(heard.contains(PostgresHint(channel: "a", payload: nil)))
      await listener.shutdown()
    }
  }

  @Test("After a lost connection there is a hint for everything")
  func gap() async throws {
    try await TestDatabase.with { database in
      let proxy = try FaultProxy(database)
      let listener = PostgresListener(
        proxy.configuration, channels: ["a"], logger: TestCluster.silent)
      var hints = listener.hints.makeAsyncIterator()
      for _ in 0..<5 {
        #expect(await hints.next() == PostgresHint(channel: "a", payload: nil))
        proxy.cut()
      }
      await listener.shutdown()
      proxy.close()
    }
  }

  @Test("A cancelled reader ends")
  func cancellation() async throws {
    try await TestDatabase.with { database in
      let listener = PostgresListener(
        database.configuration, channels: [], logger: TestCluster.silent)
      let reader = Task {
        var hints = listener.hints.makeAsyncIterator()
        return await hints.next()
      }
      reader.cancel()
      #expect(await reader.value == nil)
      await listener.shutdown()
    }
  }
}
