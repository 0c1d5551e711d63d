// Decides what a test of the engine starts from: a migrated database, a store, a context.

import Glibc
import MartletEngine
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit

struct EngineFixture: Sendable {
  let database: TestDatabase
  let store: Store
  let context: EngineContext
  let namespace = Namespace.standard

  private static let template = TestTemplate("engine") { connection in
    try Schema.migrate(on: connection)
  }

  /// Runs a test with a store that is shut down afterwards.
  static func with(_ body: (EngineFixture) async throws -> Void) async throws {
    try await TestGate.stores.enter {
      try await TestDatabase.with(template) { database in
        let store = Store(database.configuration, logger: TestCluster.silent)
        try await store.waitUntilConnected()
        let context = EngineContext(store, logger: TestCluster.silent)
        do {
          try await body(EngineFixture(database: database, store: store, context: context))
          await store.shutdown()
        } catch {
          await store.shutdown()
          throw error
        }
      }
    }
  }

  /// Runs SQL on a connection of its own.
  func sql(_ text: String) async throws {
    try await BlockingThread.run { try database.connect().script(text) }
  }

  /// Reads one number.
  func number(_ query: String) async throws -> Int64 {
    try await BlockingThread.run {
      let rows = try database.connect().query(Statement("", query, planning: .everyTime))
      return try rows.first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }

  /// Reads one text.
  func text(_ query: String) async throws -> String {
    try await BlockingThread.run {
      let rows = try database.connect().query(Statement("", query, planning: .everyTime))
      return try rows.first { row throws(PostgresError) in try row.get(0, as: String.self) } ?? ""
    }
  }

  /// Opens a session.
  func session(_ number: UInt64 = 1) async throws -> SessionID {
    let id = SessionID(high: number, low: 1)
    _ = try await store.openSession(id, in: namespace, holder: "test", actor: "tester")
    return id
  }

  /// Makes every lease as old as if so much time had passed without a heartbeat.
  func age(by interval: String) async throws {
    try await sql(
      """
      UPDATE session SET beat_time = beat_time - interval '\(interval)',
        lease_until = lease_until - interval '\(interval)'
      """)
  }

  /// Lets a reaper do a pass while the clock of leases runs.
  func reap() async throws {
    _ = try await store.tickLeaseClock(tolerance: .hours(1))
    _ = try await Reaper(context).step()
  }

  /// The type of a run's state.
  func state(of run: RunID) async throws -> StateType {
    try await store.run(run, in: namespace).state.type
  }
}

/// A run as a client drives it.
struct TestRun: Sendable {
  let id: RunID
  let execution = ExecutionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
  let session: SessionID?

  init(session: SessionID? = nil) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    id = .v7(now: now, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    self.session = session
  }

  func create(_ kind: RunKind = .task, parent: RunID? = nil) -> Command {
    report(1, .create(NewRun(kind: kind, definition: "d", parentID: parent, createdBy: "t")))
  }

  func propose(_ detail: RunState.Detail, seq: Int64, epoch: Int64 = 1) -> Command {
    report(seq, .propose(RunState(detail)), epoch: epoch)
  }

  private func report(_ seq: Int64, _ item: Report.Item, epoch: Int64 = 1) -> Command {
    .report(
      Report(
        namespace: .standard, runID: id, epoch: epoch, executionID: execution, seq: seq,
        sessionID: session, actor: "tester", item: item))
  }
}
