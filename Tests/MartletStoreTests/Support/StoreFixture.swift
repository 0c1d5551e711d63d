// Decides what a test of the store starts from: a migrated database of its own and a store on it.

import Glibc
import Logging
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

enum Templates {
  /// A migrated database.
  static let schema = TestTemplate("store") { connection in
    try Schema.migrate(on: connection)
  }
}

struct StoreFixture: Sendable {
  let database: TestDatabase
  let store: Store
  let namespace = Namespace.standard

  /// Runs a test with a store that is shut down afterwards.
  static func with(
    _ settings: Store.Settings = Store.Settings(),
    _ body: (StoreFixture) async throws -> Void
  ) async throws {
    try await TestGate.stores.enter {
      try await TestDatabase.with(Templates.schema) { database in
        let store = Store(database.configuration, settings: settings, logger: TestCluster.silent)
        try await store.waitUntilConnected()
        do {
          try await body(StoreFixture(database: database, store: store))
          await store.shutdown()
        } catch {
          await store.shutdown()
          throw error
        }
      }
    }
  }

  /// Another store on the same database, as another replica has.
  func otherStore(_ settings: Store.Settings = Store.Settings()) async throws -> Store {
    let other = Store(database.configuration, settings: settings, logger: TestCluster.silent)
    try await other.waitUntilConnected()
    return other
  }

  /// Runs SQL on a connection of its own.
  func sql(_ text: String) async throws {
    try await BlockingThread.run { try database.connect().script(text) }
  }

  /// Makes a deployment and its pool, for placements that name them.
  func makeHome(_ deployment: DeploymentID, _ pool: PoolID) async throws {
    try await sql(
      """
      INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
      VALUES ('\(pool)', 'default', '\(pool)', 'process', '{}', 't', now(), now()) ON CONFLICT DO NOTHING;
      INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id, created_by,
        updated_by, create_time, update_time)
      VALUES ('\(deployment)', 'default', 'etl', '\(deployment)', 1, 1, '\(pool)', '\(pool)', 't', 't', now(), now())
      ON CONFLICT DO NOTHING
      """)
  }

  /// Reads one number.
  func number(_ query: String) async throws -> Int64 {
    try await BlockingThread.run {
      let rows = try database.connect().query(Statement("", query, planning: .everyTime))
      return try rows.first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }
}

/// A run as a client drives it.
struct TestRun: Sendable {
  let id: RunID
  let namespace: Namespace
  let execution: ExecutionID
  var epoch: Int64 = 1
  var session: SessionID?

  init(_ namespace: Namespace = .standard, id: RunID = .fresh(), session: SessionID? = nil) {
    self.id = id
    self.namespace = namespace
    self.session = session
    execution = ExecutionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
  }

  /// Born claimed and PENDING: epoch 1, seq 1.
  func create(
    _ kind: RunKind = .task, definition: String = "extract", parent: RunID? = nil,
    parameters: String = "", labels: [String: String] = [:], tags: [String] = [],
    retry: RetryPolicy? = nil
  ) -> Command {
    .report(
      Report(
        namespace: namespace, runID: id, epoch: 1, executionID: execution, seq: 1,
        sessionID: session, actor: "tester",
        item: .create(
          NewRun(
            kind: kind, definition: definition, parentID: parent, parameters: parameters,
            labels: labels, tags: tags, retry: retry, createdBy: "tester"))))
  }

  /// SCHEDULED and unowned.
  func schedule(_ kind: RunKind = .task) -> Command {
    .report(
      Report(
        namespace: namespace, runID: id, actor: "tester",
        item: .create(NewRun(kind: kind, definition: "extract", createdBy: "tester"))))
  }

  func propose(
    _ detail: RunState.Detail, seq: Int64, name: String = "", message: String = "",
    execution other: ExecutionID? = nil
  ) -> Command {
    .report(
      Report(
        namespace: namespace, runID: id, epoch: epoch, executionID: other ?? execution, seq: seq,
        sessionID: session, actor: "tester",
        item: .propose(RunState(detail, name: name, message: message))))
  }
}

extension RunID {
  static func fresh() -> RunID {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    return .v7(now: now, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
  }
}

extension CommandAnswer {
  /// The code of its verdict, if it has one.
  var code: Verdict.Code? {
    if case .verdict(let verdict, _) = result { verdict.code } else { nil }
  }

  var isDuplicate: Bool {
    if case .verdict(_, let isDuplicate) = result { isDuplicate } else { false }
  }
}
