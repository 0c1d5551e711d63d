// Decides that runs of elsewhere are there with all their rows, once, told to nobody, and that one that cannot be kept takes
// no other with it.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct RunImportTests {
  private static let now = Instant(microseconds: 1_790_000_000_000_000)

  /// A history that ended years ago.
  private static func history(
    _ id: RunID, in namespace: Namespace = .standard, parent: RunID? = nil, root: RunID? = nil,
    _ change: (inout RunHistory) -> Void = { _ in }
  ) -> RunHistory {
    let begin = now + .hours(-24 * 1000)
    let details: [RunState.Detail] = [
      .scheduled(.init()), .pending, .running,
      .failed(.init(errorType: "ValueError", traceback: "…")),
    ]
    var history = RunHistory(
      id: id, namespace: namespace,
      content: NewRun(
        kind: parent == nil ? .flow : .task, name: "told", definition: "load", parentID: parent,
        parameters: #"{"n": 1}"#, labels: ["team": "x"], tags: ["hot"],
        retry: RetryPolicy(maxRetries: 2), createdBy: "them"),
      rootID: root, createTime: begin,
      entries: details.enumerated().map { index, detail in
        .init(
          state: RunState(detail), time: begin + .seconds(Int64(index)), epoch: index == 0 ? 0 : 1,
          seq: Int64(index), rule: "any/import", actor: "them")
      })
    change(&history)
    return history
  }

  private func take(
    _ histories: [RunHistory], _ fixture: StoreFixture, in namespace: Namespace = .standard
  ) async throws -> [ImportAnswer] {
    try await fixture.store.importRuns(
      try histories.map { try ImportedRun($0, now: Self.now) }, in: namespace)
  }

  @Test func everyRowIsThereAndNobodyIsTold() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let deployment = DeploymentID(high: 1, low: 2)
      let pool = PoolID(high: 1, low: 3)
      try await fixture.makeHome(deployment, pool)
      let (flow, task, random) = (
        RunID.fresh(), RunID.fresh(), RunID(high: 0xF000_0000_0000_4000, low: 1 << 63)
      )
      let old = RunID.v7(now: Self.now + .hours(-24 * 1000), random: (1, 1))
      let feed = try await fixture.number("SELECT count(*) FROM feed")
      let answers = try await take(
        [
          Self.history(task, parent: flow), Self.history(random), Self.history(old),
          Self.history(flow) {
            $0.executionID = ExecutionID(high: 7, low: 7)
            $0.work = RunWork(
              deploymentID: deployment, version: 3, pool: "\(pool)", queue: "none",
              tick: .init(scheduleID: ScheduleID(high: 1, low: 4), time: Self.now),
              jobVariables: #"{"a": 1}"#, worker: "boat")
            $0.pauses = [
              PauseWrite(
                runID: flow, namespace: .standard, key: "k", input: "5", time: .epoch)
            ]
          },
        ], fixture)
      #expect(answers == [.imported, .imported, .imported, .imported])
      let run = try await fixture.store.run(flow, in: .standard)
      #expect(run.content.name == "told" && run.content.labels == ["team": "x"])
      #expect(run.content.parameters == #"{"n": 1}"# && run.content.createdBy == "them")
      #expect(run.snapshot.stateType == .failed && run.snapshot.epoch == 1)
      #expect(run.snapshot.executionID == ExecutionID(high: 7, low: 7))
      #expect(run.snapshot.runningTime == .seconds(1) && run.snapshot.attempt == 1)
      #expect(run.createTime == Self.now + .hours(-24 * 1000))
      #expect(run.snapshot.endTime == run.createTime + .seconds(3))
      #expect(run.state.detail == .failed(.init(errorType: "ValueError", traceback: "…")))
      #expect(run.pauses == [RunPause(key: "k", input: "5")])
      #expect(run.work?.pool == "\(pool)" && run.work?.queue == "" && run.work?.version == 3)
      #expect(run.work?.worker == "boat" && run.work?.jobVariables == #"{"a": 1}"#)
      let child = try await fixture.store.run(task, in: .standard)
      #expect(child.snapshot.rootID == flow)
      for id in [flow, task, random, old] {
        let told = try await fixture.store.transitions(of: id, in: .standard, limit: 10)
        #expect(told.map(\.to.type) == [.scheduled, .pending, .running, .failed])
        #expect(told.map(\.revision) == [1, 2, 3, 4])
        #expect(told.map(\.seq) == [nil, 1, 2, 3])
      }
      // Nothing waits, nobody is told, the counts are those of a full count, the flow is there.
      for table in ["run_due", "claim", "work_item", "run_stranding", "run_cascade"] {
        #expect(try await fixture.number("SELECT count(*) FROM \(table)") == 0, "\(table)")
      }
      #expect(try await fixture.number("SELECT count(*) FROM feed") == feed)
      #expect(try await fixture.number("SELECT count(*) FROM flow WHERE name = 'load'") == 1)
      let wrong = try await BlockingThread.run {
        try RunRecount.mend(on: fixture.database.connect())
      }
      #expect(wrong == [])
    }
  }

  @Test func aRepeatChangesNothingAndAnotherHistoryIsRefused() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let (id, other) = (RunID.fresh(), RunID.fresh())
      let history = Self.history(id)
      // Of two in one call the first counts.
      #expect(
        try await take([history, history, Self.history(id) { $0.createTime = Self.now }], fixture)
          == [.imported, .unchanged, .taken])
      let rows = "SELECT count(*) FROM run_transition WHERE run_id = '\(id)'"
      let before = try await fixture.number(rows)
      #expect(
        try await take([history, Self.history(other)], fixture) == [.unchanged, .imported])
      #expect(try await fixture.number(rows) == before)
      let changes: [(inout RunHistory) -> Void] = [
        { $0.entries[3].state.message = "else" }, { $0.entries[2].time = $0.entries[1].time },
        { $0.entries[3].state = RunState(.completed(.init())) },
        { $0.entries[1].state.name = "Submitting" }, { $0.entries.remove(at: 1) },
        { $0.content.definition = "other" }, { $0.content.parameters = #"{"n": 2}"# },
        { $0.entries[3].state.detail = .failed(.init(errorType: "KeyError", traceback: "…")) },
      ]
      for (index, change) in changes.enumerated() {
        #expect(
          try await take([Self.history(id, change)], fixture) == [.taken], "change \(index)")
      }
      // What people edit is theirs.
      _ = try await fixture.store.updateRun(
        id, in: .standard, edit: RunEdit(name: "mine", labels: [:], tags: []))
      #expect(try await take([history], fixture) == [.unchanged])
      // Another namespace has no such run, and the id is taken.
      let space = try Namespace("elsewhere")
      #expect(
        try await take([Self.history(id, in: space)], fixture, in: space) == [.taken])
      // A run that goes on here is another.
      let live = TestRun()
      _ = try await fixture.store.transitions.submit([live.create()])
      #expect(try await take([Self.history(live.id)], fixture) == [.taken])
    }
  }

  @Test func whatCannotComeInTakesNoOtherWithIt() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let space = try Namespace("elsewhere")
      let (foreign, gone) = (TestRun(space), TestRun())
      _ = try await fixture.store.transitions.submit([foreign.create(), gone.schedule()])
      _ = try await fixture.store.deleteRuns([gone.id], in: .standard, actor: "t")
      let (good, nul, top, ring, child) = (
        RunID.fresh(), RunID.fresh(), RunID.fresh(), RunID.fresh(), RunID.fresh()
      )
      #expect(try await take([Self.history(top)], fixture) == [.imported])
      #expect(
        try await take(
          [
            Self.history(good), Self.history(gone.id),
            Self.history(RunID.fresh(), parent: foreign.id),
            Self.history(RunID.fresh(), parent: top, root: ring),
            Self.history(ring, parent: child, root: top),
            Self.history(child, parent: ring, root: top),
          ], fixture)
          == [
            .imported, .deleted, .foreignParent(foreign.id), .otherRoot(top), .circular, .circular,
          ])
      // A value that Postgres refuses, though every check let it pass.
      let answers = try await take(
        [
          Self.history(nul) { $0.content.parameters = #"{"a": "\u0000"}"# },
          Self.history(RunID.fresh()), Self.history(RunID.fresh()),
        ], fixture)
      guard case .invalid = answers[0] else { return #expect(Bool(false), "\(answers)") }
      #expect(answers[1...] == [.imported, .imported])
      #expect(try await fixture.number("SELECT count(*) FROM run WHERE id = '\(nul)'") == 0)
    }
  }

  @Test func noRunComesToEncloseItselfInSeveralSteps() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let ids = (0..<4).map { _ in RunID.fresh() }
      let root = RunID.fresh()
      // Each below the next, which is not there yet; the last below the first.
      for index in 0..<3 {
        #expect(
          try await take(
            [Self.history(ids[index], parent: ids[index + 1], root: root)], fixture)
            == [.imported])
      }
      #expect(
        try await take([Self.history(ids[3], parent: ids[0], root: root)], fixture)
          == [.circular])
      // Not by way of others that come with it, either.
      let between = RunID.fresh()
      #expect(
        try await take(
          [
            Self.history(ids[3], parent: between, root: root),
            Self.history(between, parent: ids[0], root: root),
          ], fixture) == [.circular, .circular])
      #expect(
        try await take(
          [
            Self.history(ids[3], parent: between, root: root),
            Self.history(between, parent: root, root: root), Self.history(root),
          ], fixture) == [.imported, .imported, .imported])
      #expect(
        try await fixture.store.deleteRuns([root], in: .standard, actor: "t")
          == [.deleted(runs: 6)])
    }
  }

  @Test func ofTwoImportsThatCloseACircleTogetherOneIsRefused() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let other = try await fixture.otherStore()
      let root = RunID.fresh()
      for _ in 0..<40 {
        let (one, two) = (RunID.fresh(), RunID.fresh())
        async let first = fixture.store.importRuns(
          [ImportedRun(Self.history(one, parent: two, root: root), now: Self.now)], in: .standard)
        async let second = other.importRuns(
          [ImportedRun(Self.history(two, parent: one, root: root), now: Self.now)], in: .standard)
        let answers = try await first + second
        #expect(answers.count(where: { $0 == .imported }) == 1 && answers.contains(.circular))
      }
      await other.shutdown()
    }
  }

  @Test func aCircleThatIsThereEndsEveryWay() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let (root, one, two, three) = (RunID.fresh(), RunID.fresh(), RunID.fresh(), RunID.fresh())
      #expect(
        try await take(
          [
            Self.history(root), Self.history(one, parent: root), Self.history(two, parent: one),
            Self.history(three, parent: two),
          ], fixture) == [.imported, .imported, .imported, .imported])
      // As no import makes it.
      for table in ["run", "run_state"] {
        try await fixture.sql("UPDATE \(table) SET parent_id = '\(three)' WHERE id = '\(one)'")
      }
      let below = try await fixture.store.descendants(of: one, in: .standard)
      #expect(Set(below) == [one, two, three] && below.count == 3)
      let nodes = try await fixture.store.tree(below: one, in: .standard, maxDepth: 8, limit: 100)
      #expect(nodes.count == 9)
      let run = try await fixture.store.run(one, in: .standard)
      _ = try await fixture.store.failure(of: run)
      #expect(try await take([Self.history(RunID.fresh(), parent: two)], fixture) == [.imported])
      #expect(
        try await fixture.number("SELECT cardinality(deletion_order('\(one)', 100))") == 4)
      #expect(
        try await fixture.store.deleteRuns([two], in: .standard, actor: "t")
          == [.deleted(runs: 4)])
    }
  }

  @Test func whoTakesARunInIsKnown() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let (mine, theirs) = (RunID.fresh(), RunID.fresh())
      _ = try await take(
        [Self.history(mine), Self.history(theirs) { $0.importer = "carrier" }], fixture)
      #expect(try await fixture.store.run(mine, in: .standard).importer == nil)
      #expect(try await fixture.store.run(theirs, in: .standard).importer == "carrier")
      _ = try await fixture.store.deleteRuns([theirs], in: .standard, actor: "t")
      #expect(try await fixture.number("SELECT count(*) FROM run_import") == 0)
    }
  }

  @Test func manyImportsAndWritersTogetherAgree() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let other = try await fixture.otherStore()
      let ids = (0..<200).map { _ in RunID.fresh() }
      let histories = ids.map { Self.history($0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for store in [fixture.store, other, fixture.store] {
          group.addTask {
            for first in stride(from: 0, to: ids.count, by: 40) {
              let runs = try histories[first..<first + 40].shuffled()
                .map { try ImportedRun($0, now: Self.now) }
              let answers = try await store.importRuns(runs, in: .standard)
              #expect(answers.allSatisfy { $0 == .imported || $0 == .unchanged })
            }
          }
        }
        group.addTask {
          for _ in 0..<20 {
            let runs = (0..<10).map { _ in TestRun() }
            _ = try await other.transitions.submit(
              runs.map { $0.create(.flow, definition: "load") })
          }
        }
        try await group.waitForAll()
      }
      await other.shutdown()
      #expect(
        try await fixture.number("SELECT count(*) FROM run_state WHERE state_type = 7") == 200)
      #expect(
        try await fixture.number(
          "SELECT count(*) FROM run_transition WHERE rule = 'any/import'") == 800)
      let wrong = try await BlockingThread.run {
        try RunRecount.mend(on: fixture.database.connect())
      }
      #expect(wrong == [])
    }
  }

  @Test func whatCameInCanBeTriedAgain() async throws {
    try await StoreFixture.with { fixture async throws -> Void in
      let id = RunID.fresh()
      _ = try await take([Self.history(id)], fixture)
      let answer = try await fixture.store.transitions.submit(
        .retry(RetryRequest(namespace: .standard, runID: id, actor: "t")))
      #expect(answer.code == .accepted)
      let run = try await fixture.store.run(id, in: .standard)
      #expect(run.snapshot.stateType == .scheduled && run.snapshot.revision == 5)
    }
  }
}
