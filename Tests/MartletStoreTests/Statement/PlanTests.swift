// Decides that what services look for again and again is found by an index, however much waits beside it.

import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite struct PlanTests {
  /// A statement, its arguments as SQL, and what an index must be asked for.
  private static let cases: [(name: String, arguments: String, condition: String)] = [
    ("take_due_runs", "500, 15000000", "(due <= statement_timestamp())"),
    ("take_schedules", "500, 15000000", "(wake_time <= statement_timestamp())"),
    ("take_lapsed_offers", "500", "(offer_until < statement_timestamp())"),
    ("read_ready_items", "'{}', '{}', '{}', '{}', '{}', 500", "(due <= statement_timestamp())"),
    ("read_ready_kinds", "'{}', '{}', '{}', '{}', '{}'", "(queue_id = k.queue_id)"),
    ("release_lapsed_holds", "", "(offer_until < statement_timestamp())"),
    ("next_ready_item", "'{}'", "(queue_id = q.id)"),
    ("read_dispatch_queues", "gen_random_uuid()", "(pool_id = $1)"),
    ("find_blocked_items", "gen_random_uuid(), 500", "(deployment_id = s.id)"),
    ("read_schedule_items", "'{}', now(), '{}'", "((schedule_id = ANY ($3)) AND (gate = 0))"),
    (
      "advance_schedules", "'{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'",
      "(schedule_id = s.id) AND (gate = 1)"
    ),
    ("accept_offers", "'{}', '{}'", "(run_id = ANY ($1))"),
    ("renew_workers", "'{}', '{}'", "(id = ANY ($2))"),
    ("find_workers", "'{}'", "(id = ANY ($1))"),
  ]

  @Test func whatWaitsIsNeverScanned() async throws {
    let database = try await TestDatabase.make(Templates.schema)
    let plans = try await BlockingThread.run {
      let connection = try database.connect()
      try connection.script(Self.fill)
      try connection.script("SET plan_cache_mode = force_generic_plan")
      return try Self.cases.map { name, arguments, _ in
        let statement = try #require(SQL.all[name])
        try connection.script("PREPARE \(name) AS \(statement.sql)")
        return try connection.query(
          Statement(
            "explain_\(name)",
            "EXPLAIN EXECUTE \(name)" + (arguments.isEmpty ? "" : "(\(arguments))"))
        ).map { row throws(PostgresError) in try row.get(0, as: String.self) }
      }
    }
    for (item, plan) in zip(Self.cases, plans) {
      let text = plan.joined(separator: "\n")
      for table in [
        "run_due", "schedule", "work_item", "deployment", "run_deployment", "worker", "session",
      ] {
        #expect(!text.contains("Seq Scan on \(table) "), "\(item.name):\n\(text)")
      }
      #expect(
        plan.contains { $0.contains("Index Cond: ") && $0.contains(item.condition) },
        "\(item.name):\n\(text)")
    }
    await database.drop()
  }

  /// Twenty thousand schedules, each with a run that is due within a day, and as many workers.
  private static let fill = """
    CREATE TEMPORARY TABLE one AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS schedule,
      gen_random_uuid() AS deployment, now() + n * interval '4 s' AS due
    FROM generate_series(1, 20000) n;
    INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id, created_by, updated_by,
      create_time, update_time)
    SELECT deployment, 'default', 'f', id::text, 1, 1, gen_random_uuid(), gen_random_uuid(), 't', 't', now(), now()
    FROM one;
    INSERT INTO schedule (id, namespace, deployment_id, slug, spec, made_until, fired_until, wake_time, create_time)
    SELECT schedule, 'default', deployment, 's', '{}', due, now(), due, now() FROM one;
    INSERT INTO work_item (run_id, namespace, pool_id, queue_id, deployment_id, schedule_id, standing, gate, due, epoch)
    SELECT id, 'default', gen_random_uuid(), gen_random_uuid(), deployment, schedule, 1 + (n.random < 0.1)::int, 0, due, 0
    FROM one CROSS JOIN LATERAL (SELECT random() WHERE one.id IS NOT NULL) n;
    UPDATE work_item SET offer_until = due WHERE standing = 2;
    INSERT INTO run_deployment (run_id, namespace, deployment_id, version, pool_id, queue_id)
    SELECT id, 'default', deployment, 1, gen_random_uuid(), gen_random_uuid() FROM one;
    INSERT INTO run_due (run_id, namespace, state_type, due) SELECT id, 'default', 1, due FROM one;
    INSERT INTO session (id, namespace, holder, actor, ttl_us, open_time, beat_time, lease_until)
    SELECT id, 'default', 'w', 't', 30000000, now(), now(), now() FROM one;
    INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
    SELECT gen_random_uuid(), 'default', 'p', 'process', '{}', 't', now(), now();
    INSERT INTO worker (id, namespace, pool_id, name, session_id, create_time, seen_time)
    SELECT one.id, 'default', pool.id, one.id::text, one.id, now(), now() FROM one, pool;
    ANALYZE deployment, schedule, work_item, run_deployment, run_due, session, worker
    """
}
