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

  /// However many deployments with a limit a pool has: those are counted whose runs stand in front.
  @Test func aRoundCountsNoOtherDeployments() async throws {
    let database = try await TestDatabase.make(Templates.schema)
    let pool = "'00000000-0000-7000-8000-000000000001'::uuid"
    let queue = "ARRAY[\(pool)], '{q}', '{10}', ARRAY['{\"l\": {}}'::jsonb], '{}'"
    let plans = try await BlockingThread.run {
      let connection = try database.connect()
      try connection.script(Self.crowd)
      return try [
        ("read_ready_items", "\(queue), 220"), ("read_ready_kinds", queue),
        ("find_blocked_items", "\(pool), 500"),
      ].map { name, arguments in
        let statement = try #require(SQL.all[name])
        try connection.script("PREPARE \(name) AS \(statement.sql)")
        return try connection.query(
          Statement(
            "analyze_\(name)", "EXPLAIN (ANALYZE, TIMING OFF) EXECUTE \(name)(\(arguments))")
        ).map { row throws(PostgresError) in try row.get(0, as: String.self) }
      }
    }
    for plan in plans {
      let counts = plan.filter { $0.contains("work_item_use") && !$0.contains("never executed") }
      #expect(!counts.isEmpty)
      #expect(
        counts.allSatisfy { $0.contains(" loops=1)") }, "\(plan.joined(separator: "\n"))")
    }
    await database.drop()
  }

  /// A pool with two thousand deployments that may have one run each, and have it; of one another is ready.
  private static let crowd = """
    INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
    VALUES ('00000000-0000-7000-8000-000000000001', 'default', 'p', 'process', '{}', 't', now(), now());
    INSERT INTO queue (id, namespace, pool_id, name, priority, create_time, update_time)
    SELECT id, 'default', id, 'q', 1, now(), now() FROM pool;
    INSERT INTO deployment (id, namespace, flow, name, version, last_version, pool_id, queue_id, concurrency_limit,
      created_by, updated_by, create_time, update_time)
    SELECT gen_random_uuid(), 'default', 'f', n::text, 1, 1, q.pool_id, q.id, 1, 't', 't', now(), now()
    FROM queue q, generate_series(1, 2000) n;
    INSERT INTO work_item (run_id, namespace, pool_id, queue_id, deployment_id, standing, gate, due, epoch)
    SELECT gen_random_uuid(), 'default', d.pool_id, d.queue_id, d.id, n, 0, now() - interval '1 s', 1
    FROM deployment d, generate_series(1, 2) n WHERE n = 2 OR d.name = '1';
    ANALYZE deployment, work_item
    """

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
