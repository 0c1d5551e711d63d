// Decides that what a replica remembers makes it faster and never wrong: whoever else writes, each report is decided on
// the truth, once.

import MartletModel
import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite struct RunMemoryTests {
  @Test func aRunOfItsOwnIsDecidedInOneRoundTrip() async throws {
    try await StoreFixture.with { fixture in
      let transitions = fixture.store.transitions
      // The first batch looks at the clock.
      _ = try await transitions.submit(TestRun().create(.flow))
      let (flow, task) = (TestRun(), TestRun())
      let before = transitions.roads
      _ = try await transitions.submit(flow.create(.flow))
      _ = try await transitions.submit(flow.propose(.running, seq: 2))
      _ = try await transitions.submit([task.create(parent: flow.id)])
      _ = try await transitions.submit(task.propose(.running, seq: 2))
      _ = try await transitions.submit(task.propose(.completed(.init()), seq: 3))
      let last = try await transitions.submit(flow.propose(.completed(.init()), seq: 3))
      #expect(last.code == .accepted)
      #expect(transitions.roads[.memory] - before[.memory] == 6)
      #expect(transitions.roads[.locks] == before[.locks])
      #expect(transitions.roads[.outdated] == 0)
      let history = try await fixture.store.transitions(
        of: flow.id, in: fixture.namespace, limit: 10)
      #expect(history.map(\.to.type) == [.pending, .running, .completed])
    }
  }

  @Test func aReportThatWentToAnotherReplicaIsNotDecidedTwice() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let run = TestRun()
      let mine = fixture.store.transitions
      _ = try await mine.submit(run.create())
      _ = try await mine.submit(run.propose(.running, seq: 2))
      let end = run.propose(.completed(.init()), seq: 3)
      #expect(try await other.transitions.submit(end).code == .accepted)
      let again = try await mine.submit(end)
      #expect(again.isDuplicate)
      #expect(again.code == .accepted)
      #expect(mine.roads[.outdated] == 1)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 3)
      await other.shutdown()
    }
  }

  @Test func aRefusalElsewhereHasUsedUpItsSeq() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let run = TestRun()
      let mine = fixture.store.transitions
      _ = try await mine.submit(run.create())
      _ = try await mine.submit(run.propose(.running, seq: 2))
      let illegal = run.propose(.scheduled(.init()), seq: 3)
      #expect(try await other.transitions.submit(illegal).code == .refused)
      // The row has the same revision, yet the seq is taken.
      let late = try await mine.submit(run.propose(.completed(.init()), seq: 3))
      #expect(late.isDuplicate)
      #expect(late.code == .refused)
      let end = try await mine.submit(run.propose(.completed(.init()), seq: 4))
      #expect(end.code == .accepted)
      await other.shutdown()
    }
  }

  @Test func aTaskOfAFlowThatWasStoppedElsewhereDoesNotStart() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let (flow, task, late) = (TestRun(), TestRun(), TestRun())
      let mine = fixture.store.transitions
      _ = try await mine.submit(flow.create(.flow))
      _ = try await mine.submit(flow.propose(.running, seq: 2))
      _ = try await mine.submit(task.create(parent: flow.id))
      _ = try await other.transitions.submit(flow.propose(.failed(.init()), seq: 3))
      let start = try await mine.submit(task.propose(.running, seq: 2))
      #expect(start.stateType != .running)
      #expect(mine.roads[.outdated] == 1)
      // What it is told once its memory is right again is the same.
      let created = try await mine.submit([late.create(parent: flow.id)])[0]
      let fresh = try await other.transitions.submit([TestRun().create(parent: flow.id)])[0]
      #expect(created.code == fresh.code)
      #expect(created.stateType == fresh.stateType)
      await other.shutdown()
    }
  }

  @Test func aTaskOfAFlowThatWasStoppedElsewhereIsNotCreated() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let flow = TestRun()
      let mine = fixture.store.transitions
      _ = try await mine.submit(flow.create(.flow))
      _ = try await mine.submit(flow.propose(.running, seq: 2))
      _ = try await other.transitions.submit(flow.propose(.failed(.init()), seq: 3))
      let created = try await mine.submit(TestRun().create(parent: flow.id))
      #expect(created.code == .refused)
      #expect(mine.roads[.outdated] == 1)
      await other.shutdown()
    }
  }

  @Test func aTimeFarFromTheClockIsRefused() async throws {
    try await StoreFixture.with { fixture in
      try await BlockingThread.run {
        let connection = try fixture.database.connect()
        func record(at time: Instant, tolerance: Interval?) throws {
          let command = TestRun().create()
          let plan = TransitionBatch.decide([command], runs: [], now: time)
          let writes = BatchWrites(
            plan: plan, commands: [command], locked: LockedRuns(now: time))
          try connection.pipeline { pipeline in
            _ = try writes.send(flows: [], tolerance: tolerance, on: pipeline)
            try pipeline.sync()
            try pipeline.finish()
          }
        }
        let now = try FeedBounds.read(on: connection).now
        try record(at: now, tolerance: .seconds(30))
        try record(at: now + .seconds(60), tolerance: nil)
        for late in [Interval.seconds(60), .seconds(-60)] {
          let error = #expect(throws: PostgresError.self) {
            try record(at: now + late, tolerance: .seconds(30))
          }
          #expect(error?.sqlState == .staleRead)
        }
      }
    }
  }

  @Test func aRunThatWasCreatedElsewhereIsNotCreatedAgain() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let (run, new) = (TestRun(), TestRun())
      let mine = fixture.store.transitions
      _ = try await mine.submit(TestRun().create())
      _ = try await other.transitions.submit(run.create())
      let answers = try await mine.submit([run.create(), new.create()])
      #expect(answers[0].isDuplicate)
      #expect(answers[1].code == .accepted)
      #expect(!answers[1].isDuplicate)
      #expect(mine.roads[.outdated] == 1)
      await other.shutdown()
    }
  }

  @Test func reportsThroughAnyReplicaAreDecidedOnceAndInOrder() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      var random = SplitMix64(seed: seed)
      let stores = [fixture.store.transitions, other.transitions]
      let flow = TestRun()
      _ = try await stores[0].submit([flow.create(.flow), flow.propose(.running, seq: 2)])
      var open = (0..<24).map { _ in (run: TestRun(), next: Int64(1)) }
      while !open.isEmpty {
        // Some runs, each with its next report or with one it sent before, through either replica.
        var commands: [Command] = []
        var picked: [(place: Int, isRepeat: Bool)] = []
        for place in open.indices.shuffled(using: &random).prefix(
          Int.random(in: 1...5, using: &random))
        {
          let isRepeat = open[place].next > 1 && Int.random(in: 0..<4, using: &random) == 0
          let seq =
            isRepeat ? Int64.random(in: 1..<open[place].next, using: &random) : open[place].next
          commands.append(Self.step(open[place].run, seq, below: flow.id))
          picked.append((place, isRepeat))
        }
        let answers = try await stores[Int.random(in: 0...1, using: &random)].submit(commands)
        for (answer, pick) in zip(answers, picked) {
          #expect(answer.code == .accepted, "seed \(seed)")
          #expect(answer.isDuplicate == pick.isRepeat, "seed \(seed)")
          if !pick.isRepeat { open[pick.place].next += 1 }
        }
        open.removeAll { $0.next > 4 }
      }
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM run_transition WHERE run_id <> '\(flow.id)'") == 96,
        "seed \(seed)")
      #expect(
        try await fixture.number(
          "SELECT sum(runs)::bigint FROM run_count_change WHERE from_type IS NULL")
          == 25)
      await other.shutdown()
    }
  }

  private static func step(_ run: TestRun, _ seq: Int64, below parent: RunID) -> Command {
    switch seq {
    case 1: run.create(parent: parent)
    case 2: run.propose(.running, seq: 2)
    case 3: run.propose(.running, seq: 3, name: "Retrying")
    default: run.propose(.completed(.init()), seq: seq)
    }
  }
}

@Suite struct RunRecallTests {
  private func snapshot(_ id: RunID, _ type: StateType = .running, revision: Int64 = 2)
    -> RunSnapshot
  {
    RunSnapshot(
      id: id, namespace: .standard, kind: .task, parentID: nil, rootID: id,
      contentDigest: ContentDigest(of: NewRun(kind: .task, definition: "d", createdBy: "t")),
      stateType: type, stateName: "", epoch: 1, executionID: nil, sessionID: nil, lastSeq: revision,
      revision: revision, attempt: 1, startTime: nil, endTime: nil, transitionTime: .epoch,
      runningTime: .zero, isPresumptive: false, dueTime: nil)
  }

  private func recall(_ memory: inout RunMemory, _ run: TestRun) -> RunSnapshot? {
    let commands = [run.propose(.completed(.init()), seq: 3)]
    return memory.recall(commands, TransitionBatch.keys(of: commands))?.runs.first
  }

  @Test func holdsNoMoreThanTwoGenerations() {
    var memory = RunMemory(capacity: 10)
    let runs = (0..<100).map { _ in TestRun() }
    for run in runs { memory.remember([snapshot(run.id)]) }
    let known = runs.filter { recall(&memory, $0) != nil }
    #expect(known.count <= 21)
    #expect(known.contains { $0.id == runs[99].id })
  }

  @Test func forgetsWhatHasEnded() {
    var memory = RunMemory()
    let run = TestRun()
    memory.remember([snapshot(run.id)])
    #expect(recall(&memory, run) != nil)
    memory.remember([snapshot(run.id, .completed, revision: 3)])
    #expect(recall(&memory, run) == nil)
  }

  @Test func whatIsOlderReplacesNothing() {
    var memory = RunMemory()
    let run = TestRun()
    memory.remember([snapshot(run.id, revision: 5)])
    memory.remember([snapshot(run.id, revision: 4)])
    #expect(recall(&memory, run)?.revision == 5)
  }

  @Test func asksForAWhileAfterItWasWrong() {
    var memory = RunMemory()
    let (run, other) = (TestRun(), TestRun())
    memory.remember([snapshot(run.id), snapshot(other.id)])
    let commands = [run.propose(.completed(.init()), seq: 3)]
    if let known = memory.recall(commands, TransitionBatch.keys(of: commands)) {
      memory.wasWrong(about: known)
    }
    let asked = (0..<100).prefix { _ in recall(&memory, other) == nil }.count
    #expect(asked == 8)
    #expect(recall(&memory, run) == nil)
  }
}

@Suite struct DatabaseClockTests {
  @Test func staysBetweenWhatEachAnswerProves() {
    var clock = DatabaseClock()
    #expect(clock.time(at: .zero) == nil)
    var random = SplitMix64(seed: 7)
    let truth: Int64 = 1_700_000_000_000_000
    var steady: Int64 = 0
    for _ in 0..<1000 {
      steady += .random(in: 0...10_000, using: &random)
      let sent = Interval(microseconds: steady)
      let there = Int64.random(in: 0...3000, using: &random)
      let back = Int64.random(in: 0...3000, using: &random)
      steady += there + back
      clock.observe(
        Instant(microseconds: truth + sent.microseconds + there), sent: sent,
        received: Interval(microseconds: steady))
      let estimate = clock.time(at: Interval(microseconds: steady))?.microseconds ?? 0
      #expect(abs(estimate - truth - steady) <= there + back)
    }
    // Many answers leave little room.
    let estimate = clock.time(at: Interval(microseconds: steady))?.microseconds ?? 0
    #expect(abs(estimate - truth - steady) < 300)
  }

  @Test func followsAClockThatIsSet() {
    var clock = DatabaseClock()
    for (time, sent) in [(5_000_000, 0), (1_000_000, 1_000_000), (90_000_000, 2_000_000)]
      as [(Int64, Int64)]
    {
      clock.observe(
        Instant(microseconds: time), sent: Interval(microseconds: sent),
        received: Interval(microseconds: sent + 100))
      let estimate = clock.time(at: Interval(microseconds: sent + 100))?.microseconds ?? 0
      #expect(abs(estimate - time) <= 100)
    }
  }
}
