// Decides that the services run together, stop in order, and that replicas hear of each other.

import Logging
import MartletEngine
import MartletModel
import MartletStore
import MartletTestKit
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct EngineTests {
  @Test func followersHearOfWhatOtherReplicasCommit() async throws {
    try await EngineFixture.with { fixture in
      var settings = EngineSettings()
      // Only hints can make the tailer look in time.
      settings.feedInterval = .seconds(60)
      settings.beatInterval = .milliseconds(20)
      let other = Store(fixture.database.configuration, logger: TestCluster.silent)
      try await other.waitUntilConnected()
      let engines = [
        Engine(fixture.store, host: "a", settings: settings, logger: TestCluster.silent),
        Engine(other, host: "b", settings: settings, logger: TestCluster.silent),
      ]
      let group = ServiceGroup(
        services: engines.flatMap(\.services), logger: TestCluster.silent)
      let running = Task { try await group.run() }
      while engines.contains(where: { $0.heartbeat.replicas < 2 }) { await Task.yield() }
      let following = try await engines[1].feed.followRuns(
        .namespace(fixture.namespace))
      let runs = (0..<20).map { _ in TestRun() }
      let heard = Task {
        var ids: [RunID] = []
        for try await batch in following {
          ids += batch.map(\.value.runID)
          if ids.count >= 20 { break }
        }
        return ids
      }
      for run in runs { _ = try await fixture.store.transitions.submit(run.create()) }
      #expect(try await heard.value == runs.map(\.id))
      await group.triggerGracefulShutdown()
      try await running.value
      // The end of the service ends its followers.
      let after = Task { try await engines[0].feed.currentToken() }
      _ = try await after.value
      #expect(try await fixture.store.replicas(silence: .seconds(20)).isEmpty)
      await other.shutdown()
    }
  }

  @Test func keepsTryingWithGrowingPausesAndStopsAtOnce() async throws {
    let clock = TestClock()
    let signal = TestSignal<Int>()
    try await EngineFixture.with { fixture in
      var context = fixture.context
      context.clock = clock
      let service = FlakyService(context: context, signal: signal)
      let group = ServiceGroup(services: [service], logger: TestCluster.silent)
      let running = Task { try await group.run() }
      var pauses: [Duration] = []
      for attempt in 1...8 {
        #expect(await signal.next() == attempt)
        let pause = await clock.sleepers()
        pauses.append(pause)
        if attempt < 8 { clock.advance(by: pause) }
      }
      #expect(
        pauses == [
          .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
          .milliseconds(1600), .milliseconds(3200), .seconds(7), .milliseconds(100),
        ])
      await group.triggerGracefulShutdown()
      try await running.value
      #expect(service.stops.load(ordering: .relaxed) == 1)
    }
  }

  @Test func keepsPartitionsAheadAndCountsFolded() async throws {
    try await EngineFixture.with { fixture in
      var context = fixture.context
      context.settings.daysAhead = 30
      _ = try await PartitionKeeper(context).step()
      for table in DayTable.allCases {
        #expect(try await fixture.store.daysAhead(of: table) == 30)
      }
      _ = try await fixture.store.transitions.submit(TestRun().create())
      _ = try await CountKeeper(context).step()
      #expect(try await fixture.number("SELECT count(*) FROM run_count_change") == 0)
      #expect(try await fixture.number("SELECT sum(runs)::bigint FROM run_count") == 1)
    }
  }
}

/// Fails at every step but the seventh.
private final class FlakyService: PacedService {
  let context: EngineContext
  let signal: TestSignal<Int>
  let attempts = Atomic<Int>(0)
  let stops = Atomic<Int>(0)

  init(context: EngineContext, signal: TestSignal<Int>) {
    self.context = context
    self.signal = signal
  }

  func step() async throws -> Duration {
    let attempt = attempts.add(1, ordering: .relaxed).newValue
    signal.send(attempt)
    if attempt == 7 { return .seconds(7) }
    throw StoreError.unavailable(retryAfter: .zero, message: "test")
  }

  func stop() async { stops.add(1, ordering: .relaxed) }
}
