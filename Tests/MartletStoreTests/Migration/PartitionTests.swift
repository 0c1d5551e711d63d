// Decides that days are made ahead without losing a row, and dropped only when nothing needs them.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct PartitionTests {
  @Test(arguments: DayTable.allCases) func makesDaysAhead(table: DayTable) async throws {
    try await StoreFixture.with { fixture in
      let before = try await fixture.store.daysAhead(of: table)
      let made = try await fixture.store.extendPartitions(of: table, days: Int32(before) + 5)
      #expect(made == 5)
      #expect(try await fixture.store.daysAhead(of: table) == before + 5)
      #expect(
        try await fixture.store.extendPartitions(of: table, days: Int32(before) + 5) == 0)
    }
  }

  @Test func movesRowsThatWereAheadIntoTheirDay() async throws {
    try await StoreFixture.with { fixture in
      let ahead = try await fixture.store.daysAhead(of: .history)
      // A random UUIDv4 whose first bits look like a day that is not made yet.
      let day = try await fixture.number(
        "SELECT (extract(epoch FROM current_date + \(ahead + 2)) * 1000)::bigint")
      let run = TestRun(
        id: RunID(high: UInt64(day) << 16 | 0x4FFF, low: 0b10 << 62 | 5))
      let created = try await fixture.store.transitions.submit(run.create())
      #expect(created.code == .accepted)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition_ahead") == 1)
      _ = try await fixture.store.extendPartitions(of: .history, days: Int32(ahead) + 3)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition_ahead") == 0)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 1)
      let low = TestRun(id: RunID(high: 0x0000_0001_0000_4000, low: 0b10 << 62))
      let high = TestRun(id: RunID(high: 0xF000_0001_0000_4000, low: 0b10 << 62))
      let answers = try await fixture.store.transitions.submit([low.create(), high.create()])
      #expect(answers.allSatisfy { $0.code == .accepted })
      #expect(try await fixture.number("SELECT count(*) FROM run_transition_below") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition_above") == 1)
    }
  }

  @Test func neverDropsADayOfRunsThatLive() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2),
      ])
      try await fixture.sql("UPDATE run_transition SET time = time - interval '90 days'")
      // Yesterday is empty and goes; today holds a run that lives and stays, whatever is kept.
      #expect(try await fixture.store.dropOldestDay(of: .history, keeping: 0) != nil)
      #expect(try await fixture.store.dropOldestDay(of: .history, keeping: -2) == nil)
      _ = try await fixture.store.transitions.submit(
        run.propose(.completed(.init()), seq: 3))
      try await fixture.sql("UPDATE run_transition SET time = time - interval '90 days'")
      #expect(try await fixture.store.dropOldestDay(of: .history, keeping: -2) != nil)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 0)
      // There is no gap: what still comes for that day falls below.
      let late = TestRun(id: RunID(UUIDValue(high: run.id.value.high, low: run.id.value.low ^ 1)))
      let answer = try await fixture.store.transitions.submit(late.create())
      #expect(answer.code == .accepted)
    }
  }

  @Test func whatIsInNoDayGoesWhenItIsTooOld() async throws {
    try await StoreFixture.with { fixture in
      // Below all days, ahead of them, above: each with runs that ended, one that ended lately, one that lives.
      for high: UInt64 in [0x0001_0000_0000_4000, 0x0300_0000_0000_4000, 0xF000_0000_0000_4000] {
        let runs = (1...4).map { TestRun(id: RunID(high: high, low: 0b10 << 62 | $0)) }
        _ = try await fixture.store.transitions.submit(
          runs.map { $0.create() } + runs[..<3].map { $0.propose(.failed(.init()), seq: 2) })
        try await fixture.sql(
          "UPDATE run_transition SET time = time - interval '90 days' WHERE namespace = 'default'")
        try await fixture.sql(
          """
          UPDATE run_state SET transition_time = transition_time - interval '90 days'
          WHERE id IN ('\(runs[0].id)', '\(runs[1].id)')
          """)
      }
      try await fixture.sql(
        """
        INSERT INTO log (run_id, time, execution_id, line, namespace, level, message, receive_time)
        SELECT gen_random_uuid(), now() - n * interval '1 day', gen_random_uuid(), 1, 'default', 20, 'x', now()
        FROM unnest(ARRAY[0, 50, 99]) AS m (n)
        """)
      let store = fixture.store
      #expect(try await store.pruneOutliers(of: .history, keeping: 91) == 0)
      #expect(try await store.pruneOutliers(of: .history, keeping: 60, pages: 1) == 12)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 9)
      #expect(try await store.pruneOutliers(of: .history, keeping: 60) == 0)
      #expect(try await store.pruneOutliers(of: .logs, keeping: 60) == 1)
      #expect(try await fixture.number("SELECT count(*) FROM log") == 2)
    }
  }

  @Test func aRunThatBeginsAgainAfterTheLookKeepsItsDay() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2), run.propose(.failed(.init()), seq: 3),
      ])
      #expect(try await fixture.store.dropOldestDay(of: .history, keeping: 0) != nil)
      try await fixture.sql("UPDATE run_transition SET time = time - interval '90 days'")
      try await fixture.sql("SELECT calm_oldest_day('run_transition', -2)")
      _ = try await fixture.store.transitions.submit(
        .retry(RetryRequest(namespace: fixture.namespace, runID: run.id, actor: "t")))
      #expect(
        try await fixture.number("SELECT count(drop_oldest_day('run_transition', -2))") == 0)
      #expect(try await fixture.store.dropOldestDay(of: .history, keeping: -2) == nil)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 4)
    }
  }

  @Test func remembersHowMuchOfTheFeedIsGone() async throws {
    try await StoreFixture.with { fixture in
      _ = try await fixture.store.transitions.submit(TestRun().create())
      try await fixture.sql(
        "UPDATE feed SET time = (current_date - 1)::timestamp AT TIME ZONE 'UTC'")
      let xid = try await fixture.number("SELECT max(xid) FROM feed")
      #expect(try await fixture.store.dropOldestDay(of: .feed, keeping: 0) != nil)
      #expect(try await fixture.number("SELECT xid FROM feed_floor") == xid)
    }
  }
}
