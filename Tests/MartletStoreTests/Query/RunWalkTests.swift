// Decides that these lists read no more rows than their bounds, however many runs there are, and that short pages lose
// nothing.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct RunWalkTests {
  /// More runs than any page looks at: 12,000 children of one, families of 100, and others.
  private static let fill = """
    CREATE TEMPORARY TABLE made AS SELECT n,
      ('01a00000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id,
      ('01a00000-0000-7000-8000-' || lpad(greatest(12001, CASE WHEN n <= 12000 THEN 12001
        ELSE 12001 + (n - 12001) / 100 * 100 END)::text, 12, '0'))::uuid AS root
      FROM generate_series(1, 60000) n;
    INSERT INTO run (id, namespace, kind, name, definition, parent_id, root_id, created_by, create_time)
      SELECT id, CASE WHEN n IN (1, 30000, 60000) THEN 'other' ELSE 'default' END, 2,
        CASE WHEN n % 15000 = 77 THEN 'needle' ELSE 'hay' END, CASE WHEN n > 59500 THEN 'rare' ELSE 'bulk' END,
        nullif(root, id), root, 'tester', '2026-01-01'::timestamptz + n * interval '1 ms' FROM made;
    INSERT INTO run_state (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch,
      last_seq, revision, attempt, is_presumptive, transition_time, start_time, end_time, running_us)
      SELECT id, CASE WHEN n IN (1, 30000, 60000) THEN 'other' ELSE 'default' END, 2, nullif(root, id), root, id, 6,
        'Completed', 1, 3, 3, 1, false, now(), now(), now(), 1 FROM made;
    """

  private static func id(_ number: Int) -> RunID {
    let digits = String(number)
    return RunID(
      "01a00000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)!
  }

  /// The rows that tables and indexes of runs gave out so far. Sessions tell when they end.
  private func read(_ fixture: StoreFixture) async throws -> Int64 {
    try await fixture.number(
      """
      SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname LIKE 'run%')::bigint
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname LIKE 'run%')::bigint
      """)
  }

  /// A question and how many rows it may read.
  private struct Form: Sendable {
    let name: String
    let bound: Int64
    let ask: @Sendable (Store) async throws -> Void

    static func list(
      _ name: String, _ filter: String = "", order: String = "", after: Int? = nil,
      namespace: Namespace = .standard, bound: Int64
    ) throws -> Form {
      let parsed = try RunOrder.parse(order)
      var query = RunQuery(
        namespace: namespace, filter: try FilterExpression.parse(filter), order: parsed)
      query.after = after.map {
        PageToken(order: parsed, time: nil, id: RunWalkTests.id($0), question: 0)
      }
      let question = query
      return Form(name: name, bound: bound) { _ = try await $0.listRuns(question) }
    }
  }

  private func forms() throws -> [Form] {
    // A page of 100, each looked up in both tables before and after the choice.
    let page: Int64 = 700
    // The walk, twice, and each of its runs in both tables. A part that is hardly longer than the bound may be sorted.
    let walk: Int64 = 45_000
    let (wide, family) = (Self.id(12001), Self.id(20001))
    return [
      try .list("first page", bound: page),
      try .list("later page", after: 40_000, bound: page),
      // A fifth of all runs: reading them all in turn may be the best plan.
      try .list(
        "nothing in a wide run", "parent_id = \"\(wide)\" AND name = \"none\"", bound: 2 * walk),
      try .list("small namespace", namespace: Namespace("other"), bound: 50),
      try .list("by time of creation", order: "create_time", bound: page),
      try .list("a common state", "state.type = COMPLETED", bound: page),
      try .list(
        "a common state by time", "state = COMPLETED", order: "create_time desc", bound: page),
      try .list("nothing by name", "name = \"none\"", bound: walk),
      try .list("nothing by state", "state.type = FAILED", bound: walk),
      try .list("nothing of either", "kind = FLOW OR tags:none", bound: walk),
      try .list(
        "nothing by time of creation", "name = \"none\"", order: "create_time desc", bound: walk),
      try .list(
        "some runs", "(id = \"\(family)\" OR id = \"\(wide)\") AND kind = TASK", bound: 50),
      try .list(
        "below some runs", "(parent_id = \"\(family)\" OR parent_id = \"\(Self.id(7))\")",
        bound: page),
      try .list("a family", "root_id = \"\(family)\"", bound: page),
      try .list("a family by end", "root_id = \"\(family)\"", order: "end_time", bound: page + 200),
      try .list(
        "a rare definition by start", "task = rare", order: "start_time desc", bound: 3_000),
      Form(name: "counts of a rare definition", bound: 2_000) { store in
        let counts = try await store.countRuns(
          in: .standard,
          filter: try FilterExpression.parse("definition = rare AND state = COMPLETED"),
          by: [.stateName])
        #expect(counts.counts.map(\.runs) == [499] && !counts.isBounded)
      },
      Form(name: "all by start", bound: 11_000) { store in
        await #expect {
          _ = try await store.listRuns(
            RunQuery(
              namespace: .standard, order: RunOrder(key: .startTime, isDescending: true)))
        } throws: { error in
          if case .invalid(let field, _)? = error as? StoreError {
            field == "order_by"
          } else {
            false
          }
        }
      },
      Form(name: "open children of a wide run", bound: 25_000) { store in
        let children = try await store.openChildren(of: wide, after: nil, limit: 100)
        #expect(children.ids.isEmpty && children.next == RunWalkTests.id(10_000))
        let rest = try await store.openChildren(of: wide, after: children.next, limit: 100)
        #expect(rest.ids.isEmpty && rest.next == nil)
      },
    ]
  }

  @Test func noFormReadsMoreThanItsBound() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.sql(Self.fill)
      try await fixture.sql("VACUUM (ANALYZE) run, run_state")
      for form in try forms() {
        let before = try await read(fixture)
        var configuration = fixture.database.configuration
        configuration.applicationName = "walker"
        let store = Store(configuration, logger: TestCluster.silent)
        try await store.waitUntilConnected()
        try await form.ask(store)
        await store.shutdown()
        try await fixture.sql(
          """
          DO $$ BEGIN
            WHILE EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'walker') LOOP
              PERFORM pg_stat_clear_snapshot(), pg_sleep(0.005);
            END LOOP;
          END $$
          """)
        let rows = try await read(fixture) - before
        #expect(rows > 0 && rows <= form.bound, "\(form.name) read \(rows) rows")
      }
    }
  }

  @Test func shortPagesLoseNothingAndGiveNothingTwice() async throws {
    try await StoreFixture.with { fixture in
      try await fixture.sql(Self.fill)
      let needles = [77, 15_077, 30_077, 45_077].map { Self.id($0) }
      for (order, filter) in [
        ("id", "name = needle"), ("id desc", "name = needle AND state = COMPLETED"),
        ("create_time", "name = needle"),
        ("create_time desc", "definition = bulk AND name = needle"),
      ] {
        let parsed = try RunOrder.parse(order)
        var query = RunQuery(
          namespace: .standard, filter: try FilterExpression.parse(filter), order: parsed)
        var seen: [RunID] = []
        var pages = 0
        repeat {
          let page = try await fixture.store.listRuns(query)
          seen += page.runs.map(\.id)
          pages += 1
          query.after = page.next.map {
            PageToken(order: parsed, time: $0.time, id: $0.id, question: 0)
          }
        } while query.after != nil
        #expect(seen == (parsed.isDescending ? needles.reversed() : needles), "\(order)")
        #expect(pages == 6, "\(order): \(pages) pages")
      }
    }
  }
}
