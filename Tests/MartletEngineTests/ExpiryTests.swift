// Decides that what has expired goes and what lives stays, however many replicas clear away.

import MartletEngine
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ExpiryTests {
  /// Results and keys, of which each second one is over by an hour, and each fifth never is.
  private func fill(_ fixture: EngineFixture, count: Int) async throws {
    try await fixture.sql(
      """
      INSERT INTO result (id, namespace, media_type, digest, size, data, created_by, create_time,
        expire_time)
      SELECT gen_random_uuid(), 'default', 't', 'sha256:x', 1, 'x', 'tester', now(),
        CASE WHEN n % 5 = 0 THEN NULL
          ELSE now() + (n % 2) * interval '2 hours' - interval '1 hour' END
      FROM generate_series(1, \(count)) n;
      INSERT INTO cache_entry (namespace, key, revision, payload, compute_time, busy_until,
        expire_time)
      SELECT 'default', 'k' || n, 1, '{}', now(), now() - interval '1 hour',
        CASE WHEN n % 5 = 0 THEN NULL
          ELSE now() + (n % 2) * interval '2 hours' - interval '1 hour' END
      FROM generate_series(1, \(count)) n;
      """)
  }

  private func keeper(_ store: Store) -> ExpiryKeeper {
    var settings = EngineSettings()
    settings.chunk = 32
    return ExpiryKeeper(EngineContext(store, settings: settings, logger: TestCluster.silent))
  }

  /// Steps until there is nothing more to do; returns how many steps that took.
  private func clear(_ keeper: ExpiryKeeper) async throws -> Int {
    var steps = 1
    while try await keeper.step() == .zero { steps += 1 }
    return steps
  }

  private func left(_ fixture: EngineFixture, _ condition: String) async throws -> [Int64] {
    [
      try await fixture.number("SELECT count(*) FROM result WHERE \(condition)"),
      try await fixture.number("SELECT count(*) FROM cache_entry WHERE \(condition)"),
    ]
  }

  @Test func twoReplicasDeleteWhatIsOverAndNothingElse() async throws {
    try await EngineFixture.with { fixture in
      try await fill(fixture, count: 500)
      let other = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await other.waitUntilConnected()
      let keepers = [keeper(fixture.store), keeper(other)]
      let steps = try await withThrowingTaskGroup(of: Int.self) { group in
        for keeper in keepers { group.addTask { try await clear(keeper) } }
        return try await group.reduce(0, +)
      }
      // 200 are over; a chunk is 32, and each replica has a last look.
      #expect(steps >= 8)
      #expect(try await left(fixture, "expire_time < now()") == [0, 0])
      #expect(try await left(fixture, "expire_time > now()") == [200, 200])
      #expect(try await left(fixture, "expire_time IS NULL") == [100, 100])
      // With nothing to do it waits, and deletes nothing.
      #expect(try await keepers[0].step() == EngineSettings().expiryInterval)
      #expect(try await left(fixture, "true") == [300, 300])
      await other.shutdown()
    }
  }

  /// A connection that one thread after the other uses.
  private struct Lent: @unchecked Sendable {
    let connection: PostgresConnection
  }

  @Test func whatAnotherHoldsIsPassedOver() async throws {
    try await EngineFixture.with { fixture in
      try await fill(fixture, count: 20)
      let keeper = keeper(fixture.store)
      // A replica that stopped in the middle of its deletes, and then dies.
      let holder = try await BlockingThread.run { () -> Lent in
        let connection = try fixture.database.connect()
        try connection.script(
          """
          BEGIN;
          DELETE FROM result WHERE id IN
            (SELECT id FROM result WHERE expire_time < now() ORDER BY id LIMIT 3);
          DELETE FROM cache_entry WHERE key IN ('k2', 'k4', 'k6');
          """)
        return Lent(connection: connection)
      }
      #expect(try await clear(keeper) == 1)
      #expect(try await left(fixture, "expire_time < now()") == [3, 3])
      try await BlockingThread.run { try holder.connection.script("ROLLBACK") }
      #expect(try await clear(keeper) == 1)
      #expect(try await left(fixture, "expire_time < now()") == [0, 0])
      #expect(try await left(fixture, "true") == [12, 12])
    }
  }

  @Test func aKeyThatIsBeingComputedStays() async throws {
    try await EngineFixture.with { fixture in
      try await fixture.sql(
        """
        INSERT INTO cache_entry (namespace, key, revision, payload, compute_time, busy_until,
          expire_time)
        VALUES ('default', 'busy', 1, '{}', now(), now() + interval '1 hour',
          now() - interval '1 hour')
        """)
      let keeper = keeper(fixture.store)
      #expect(try await clear(keeper) == 1)
      #expect(try await left(fixture, "true") == [0, 1])
      try await fixture.sql("UPDATE cache_entry SET busy_until = now() - interval '1 s'")
      #expect(try await clear(keeper) == 1)
      #expect(try await left(fixture, "true") == [0, 0])
    }
  }
}
