// Decides that silence of an executor, and only that, ends its runs; and that an outage is no silence.

import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ReaperTests {
  @Test func endsWhatASilentSessionHeld() async throws {
    try await EngineFixture.with { fixture in
      let silent = try await fixture.session(1)
      let alive = try await fixture.session(2)
      let running = TestRun(session: silent)
      let pending = TestRun(session: silent)
      let ended = TestRun(session: silent)
      let other = TestRun(session: alive)
      let unmonitored = TestRun()
      _ = try await fixture.store.transitions.submit(
        [running, pending, ended, other, unmonitored].map { $0.create() })
      _ = try await fixture.store.transitions.submit(
        [running, ended, other, unmonitored].map { $0.propose(.running, seq: 2) })
      _ = try await fixture.store.transitions.submit(ended.propose(.completed(.init()), seq: 3))
      try await fixture.age(by: "1 hour")
      _ = try await fixture.store.renewSessions([alive])

      try await fixture.reap()
      #expect(try await fixture.state(of: running.id) == .crashed)
      #expect(try await fixture.state(of: pending.id) == .scheduled)
      #expect(try await fixture.state(of: ended.id) == .completed)
      #expect(try await fixture.state(of: other.id) == .running)
      #expect(try await fixture.state(of: unmonitored.id) == .running)
      #expect(try await fixture.number("SELECT count(*) FROM claim") == 1)
      #expect(try await fixture.number("SELECT count(*) FROM session") == 1)

      // The crash was presumed: the same process may still say otherwise.
      let late = try await fixture.store.transitions.submit(
        running.propose(.completed(.init()), seq: 3))
      #expect(late.result == .verdict(.accepted, isDuplicate: false))
      #expect(try await fixture.state(of: running.id) == .completed)
    }
  }

  @Test func twoReapersNeverDoTheSameTwice() async throws {
    try await EngineFixture.with { fixture in
      let sessions = try await withThrowingTaskGroup(of: SessionID.self) { group in
        for number in UInt64(1)...20 {
          group.addTask { try await fixture.session(number) }
        }
        var ids: [SessionID] = []
        for try await id in group { ids.append(id) }
        return ids
      }
      let runs = sessions.flatMap { session in (0..<10).map { _ in TestRun(session: session) } }
      _ = try await fixture.store.transitions.submit(
        runs.flatMap { [$0.create(), $0.propose(.running, seq: 2)] })
      try await fixture.age(by: "1 hour")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask { try await fixture.reap() }
        }
        try await group.waitForAll()
      }
      #expect(
        try await fixture.number("SELECT count(*) FROM run_transition WHERE to_type = 9") == 200)
      #expect(try await fixture.number("SELECT count(*) FROM session") == 0)
    }
  }

  @Test func anOutageCrashesNothing() async throws {
    try await EngineFixture.with { fixture in
      let session = try await fixture.session()
      let run = TestRun(session: session)
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2),
      ])
      // For a minute neither beat nor tick: no replica had a database.
      try await fixture.age(by: "60 seconds")
      try await fixture.sql("UPDATE lease_clock SET tick_time = tick_time - interval '60 seconds'")
      let reaper = Reaper(fixture.context)
      let clock = LivenessClock(fixture.context)
      _ = try await reaper.step()
      #expect(try await fixture.state(of: run.id) == .running)
      _ = try await clock.step()
      _ = try await reaper.step()
      #expect(try await fixture.state(of: run.id) == .running)
      let left = try await fixture.number(
        "SELECT extract(epoch FROM lease_until - clock_timestamp())::bigint FROM session")
      #expect((20...31).contains(left), "\(left) s left of 30")
      #expect(try await fixture.number("SELECT stopped_us / 1000000 FROM lease_clock") >= 60)

      // The same silence while the clock ticks is the executor's own.
      try await fixture.age(by: "60 seconds")
      try await fixture.reap()
      #expect(try await fixture.state(of: run.id) == .crashed)
    }
  }

  @Test func givesAClaimWithoutASessionALease() async throws {
    try await EngineFixture.with { fixture in
      let run = TestRun(session: SessionID(high: 7, low: 7))
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2),
      ])
      _ = try await ClaimKeeper(fixture.context).step()
      try await fixture.reap()
      #expect(try await fixture.state(of: run.id) == .running)
      try await fixture.age(by: "1 hour")
      try await fixture.reap()
      #expect(try await fixture.state(of: run.id) == .crashed)
    }
  }

  @Test func closesASessionAtOnce() async throws {
    try await EngineFixture.with { fixture in
      let session = try await fixture.session()
      let run = TestRun(session: session)
      _ = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 2),
      ])
      try await fixture.store.closeSession(session, in: fixture.namespace)
      try await fixture.reap()
      #expect(try await fixture.state(of: run.id) == .crashed)
    }
  }
}
