// Decides that a schedule's times become one run each wherever the connection to Postgres is cut, at the same moments
// whichever replica makes them, over nights on which the clocks change, and that a run gives way to the next.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@testable import MartletEngine

@Suite(.timeLimit(.minutes(10))) struct SchedulerFaultTests {
  /// Twenty places in what a pass says to Postgres.
  @Test func eachTimeHasOneRunWhereverTheConnectionIsCut() async throws {
    try await EngineFixture.with { fixture in
      let proxy = try FaultProxy(fixture.database)
      var configuration = proxy.configuration
      configuration.reconnectDelay = .milliseconds(1)...(.milliseconds(5))
      let store = Store(configuration, logger: TestCluster.silent)
      try await store.waitUntilConnected()
      let scheduler = Scheduler(EngineContext(store, logger: TestCluster.silent))
      var cuts = 0
      for place in 0..<20 {
        let spec = try await fixture.hourly {
          $0.catchUp = CatchUp(.all)
          $0.overlap = .bufferOne
        }
        let id = try await fixture.deploy("d\(place)", [spec])
        // Three times are missed, so that one pass makes, lets go, has wait and skips.
        try await fixture.sql(
          """
          UPDATE schedule SET made_until = made_until - interval '3 h', fired_until = fired_until - interval '3 h',
            since = since - interval '3 h' WHERE deployment_id = '\(id)'
          """)
        proxy.cut(afterBytesToServer: 100 + place * 900)
        do { _ = try await scheduler.comesToAnEnd() } catch is StoreError { cuts += 1 }
        proxy.cut(afterBytesToServer: nil)
        // What the one that was cut off has in its hands comes free. Its last statement may yet be under way.
        var isSettled = false
        while !isSettled {
          try await fixture.sql("UPDATE schedule SET taken_until = NULL, wake_time = now()")
          isSettled = try await persist { try await scheduler.comesToAnEnd() }
        }
        #expect(try await fixture.outcomes()["d\(place)"] == "1 1w 1s a3", "cut at place \(place)")
        #expect(
          try await fixture.number(
            "SELECT count(DISTINCT schedule_time) FROM run_deployment WHERE deployment_id = '\(id)'"
          )
            == 6, "cut at place \(place)")
      }
      #expect(cuts > 3)
      await store.shutdown()
      proxy.close()
    }
  }

  private func persist(_ body: () async throws -> Bool) async throws -> Bool {
    while true {
      do { return try await body() } catch StoreError.unavailable { await Task.yield() }
    }
  }

  @Test func jitterIsTheSameOnEveryReplica() async throws {
    try await EngineFixture.with { fixture in
      let jitter = try Jitter(below: .seconds(900))
      let spec = try await fixture.hourly {
        $0.jitter = jitter
        $0.horizon = .init(minRuns: 20, maxRuns: 20, ahead: .zero)
      }
      var schedules: [UUIDValue] = []
      for number in 0..<3 {
        let id = try await fixture.deploy("d\(number)", [spec])
        schedules += try await fixture.store.schedules(of: id).map(\.schedule.id.value)
      }
      let other = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await other.waitUntilConnected()
      let replicas = [
        Scheduler(fixture.context), Scheduler(EngineContext(other, logger: TestCluster.silent)),
      ]
      let times = """
        SELECT string_agg(r.schedule_id || ' ' || extract(epoch FROM r.schedule_time) * 1000000 || ' '
          || extract(epoch FROM w.due) * 1000000, ';' ORDER BY r.schedule_id, r.schedule_time)
        FROM run_deployment r JOIN work_item w USING (run_id)
        """
      // Either may find the rest in the hands of the other.
      async let one = replicas[0].comesToAnEnd()
      async let two = replicas[1].comesToAnEnd()
      _ = try await (one, two)
      try await replicas[0].settle()
      let both = try await fixture.text(times)
      for replica in replicas {
        // As if none had been made: the same are made again by one alone.
        try await fixture.sql(
          """
          TRUNCATE run, run_state, run_transition, run_due, run_deployment, work_item;
          UPDATE schedule SET made_until = since, fired_until = since, wake_time = now()
          """)
        try await replica.settle()
        #expect(try await fixture.text(times) == both)
      }
      var delays: Set<Int64> = []
      let lines = both.split(separator: ";")
      #expect(lines.count == 60)
      for line in lines {
        let fields = line.split(separator: " ")
        let schedule = try #require(ScheduleID(String(fields[0]))).value
        let tick = Instant(microseconds: Int64(try #require(Double(fields[1]))))
        let due = Instant(microseconds: Int64(try #require(Double(fields[2]))))
        #expect(schedules.contains(schedule))
        #expect(due == jitter.time(of: tick, before: tick + .hours(1), schedule: schedule))
        delays.insert(tick.distance(to: due).microseconds)
      }
      #expect(delays.count > 50)
      await other.shutdown()
    }
  }

  /// Sundays at 02:30 for more than a year, so that both nights are among them whenever this runs.
  @Test func nightsOnWhichTheClocksChange() async throws {
    try await EngineFixture.with { fixture in
      let policies: [(String, LocalTimePolicy)] = [
        ("usual", LocalTimePolicy()),
        ("sparse", LocalTimePolicy(skipped: .skip, repeated: .second)),
        ("both", LocalTimePolicy(skipped: .shift, repeated: .both)),
      ]
      for (name, policy) in policies {
        var spec = ScheduleSpec(
          slug: "s",
          schedule: try Schedule(
            .cron(CronExpression("30 2 * * sun")), zone: "Europe/Berlin", policy: policy))
        spec.horizon = .init(minRuns: 60, maxRuns: 60, ahead: .zero)
        _ = try await fixture.deploy(name, [spec])
      }
      try await Scheduler(fixture.context).settle()
      // Postgres's own zones say when it is 02:30, and when that is never or twice.
      let nights = """
        WITH times AS (
          SELECT t, t AT TIME ZONE 'Europe/Berlin' AS l
          FROM generate_series(date_trunc('day', now()), now() + interval '500 d', interval '30 min') t
        ), nights AS (
          SELECT l::date AS day, count(*) FILTER (WHERE l::time = '02:30') AS n,
            min(t) FILTER (WHERE l::time = '02:30') AS first, max(t) FILTER (WHERE l::time = '02:30') AS last,
            min(t) FILTER (WHERE l::time = '03:30') AS shifted
          FROM times WHERE extract(dow FROM l) = 0 GROUP BY 1
        ), wanted AS (
          SELECT v.name, day, n, v.times FROM nights CROSS JOIN LATERAL (VALUES
            ('usual', ARRAY[coalesce(first, shifted)]), ('sparse', array_remove(ARRAY[last], NULL)),
            ('both', CASE WHEN n = 2 THEN ARRAY[first, last] ELSE ARRAY[coalesce(first, shifted)] END)
          ) AS v (name, times)
        ), made AS (
          SELECT d.name, (r.schedule_time AT TIME ZONE 'Europe/Berlin')::date AS day,
            array_agg(r.schedule_time ORDER BY r.schedule_time) AS times
          FROM run_deployment r JOIN deployment d ON d.id = r.deployment_id GROUP BY 1, 2
        ), pairs AS (
          SELECT w.name, w.day, w.n, w.times AS wanted, coalesce(m.times, '{}') AS made
          FROM wanted w LEFT JOIN made m ON m.name = w.name AND m.day = w.day
          WHERE w.day BETWEEN (SELECT min(o.day) FROM made o WHERE o.name = w.name)
            AND (SELECT max(o.day) FROM made o WHERE o.name = w.name)
        )
        """
      #expect(
        try await fixture.text(
          nights
            + "SELECT coalesce(string_agg(name || ' ' || day, ', '), '') FROM pairs WHERE wanted <> made"
        )
          == "")
      for count in [0, 2] {
        #expect(
          try await fixture.number(
            nights + "SELECT count(DISTINCT name) FROM pairs WHERE n = \(count)") == 3)
      }
    }
  }

  @Test func aRunGivesWayToTheNextOne() async throws {
    try await EngineFixture.with { fixture in
      let spec = try await fixture.hourly { $0.overlap = .cancelRunning }
      _ = try await fixture.deploy("d", [spec])
      let scheduler = Scheduler(fixture.context)
      try await scheduler.settle()
      let arrive = { () async throws -> RunID in
        let next = try await fixture.text(
          "SELECT run_id::text FROM work_item WHERE gate = 1 ORDER BY due LIMIT 1")
        try await fixture.sql(
          """
          UPDATE work_item SET due = now() WHERE run_id = '\(next)';
          UPDATE run_state SET due_time = now() WHERE id = '\(next)';
          UPDATE schedule SET wake_time = now();
          """)
        try await scheduler.settle()
        return try #require(RunID(next))
      }
      let first = try await arrive()
      // A store that knows nothing of the run but what is there now.
      let store = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await store.waitUntilConnected()
      let session = try await fixture.session()
      let execution = ExecutionID(high: 1, low: 1)
      let report = { (detail: RunState.Detail, seq: Int64) async throws in
        let answer = try await store.transitions.submit(
          .report(
            Report(
              namespace: fixture.namespace, runID: first, epoch: 1, executionID: execution,
              seq: seq, sessionID: session, actor: "t", item: .propose(RunState(detail)))))
        #expect(answer.result == .verdict(.accepted, isDuplicate: false))
      }
      _ = try await store.transitions.submit(
        .offer(Offer(runID: first, sessionID: session)))
      try await report(.running, 1)
      // The next one waits until the one before has really ended.
      let second = try await arrive()
      #expect(try await fixture.state(of: first) == .cancelling)
      #expect(
        try await fixture.number("SELECT gate::bigint FROM work_item WHERE run_id = '\(second)'")
          == 2)
      // One more takes the place of the one that waits.
      let third = try await arrive()
      #expect(try await fixture.state(of: second) == .cancelled)
      try await report(.cancelled, 2)
      try await scheduler.settle()
      #expect(
        try await fixture.number("SELECT gate::bigint FROM work_item WHERE run_id = '\(third)'")
          == 0)
      #expect(try await fixture.number("SELECT count(*) FROM work_item WHERE gate IN (0, 2)") == 1)
      await store.shutdown()
    }
  }
}
