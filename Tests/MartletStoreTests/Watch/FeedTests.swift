// Decides that a follower hears of every transition once and in order: whenever it begins, however
// slow it is, and whatever commits late.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct FeedTests {
  /// Runs a test with a feed that is polled as the tailer polls it.
  private func withFeed(
    _ fixture: StoreFixture, _ body: (Feed) async throws -> Void
  ) async throws {
    let feed = Feed(fixture.store)
    let tailer = Task {
      while !Task.isCancelled {
        if (try? await feed.poll()) == .hasMore { continue }
        _ = await fixture.store.commitSignal.wait(atMost: .milliseconds(20))
      }
    }
    do {
      try await body(feed)
      tailer.cancel()
      await tailer.value
    } catch {
      tailer.cancel()
      throw error
    }
  }

  /// Takes values until there are so many.
  private func take(_ count: Int, of feed: RunFeed) async throws -> [Followed<RunChange>] {
    var taken: [Followed<RunChange>] = []
    for try await batch in feed {
      taken += batch
      if taken.count >= count { break }
    }
    return taken
  }

  @Test func hearsOfAnEditOnceAndInItsPlace() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let following = try await feed.followRuns(.namespace(fixture.namespace))
        let (run, other) = (TestRun(), TestRun())
        _ = try await fixture.store.transitions.submit([run.create(), other.create()])
        for name in ["one", "two"] {
          _ = try await fixture.store.updateRun(
            run.id, in: fixture.namespace, edit: RunEdit(name: name))
        }
        _ = try await fixture.store.transitions.submit(run.propose(.running, seq: 2))
        let heard = try await take(5, of: following).map(\.value)
        #expect(Set(heard.prefix(2).map(\.runID)) == [run.id, other.id])
        #expect(
          heard.dropFirst(2).prefix(2)
            .allSatisfy { $0 == .edit(run.id, in: fixture.namespace) })
        #expect(heard.last?.runID == run.id)
        #expect(heard.last?.revision == 2)
        #expect(heard.count == 5)
      }
    }
  }

  @Test func hearsOfEveryTransitionInOrder() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let following = try await feed.followRuns(.namespace(fixture.namespace))
        let other = TestRun(try Namespace("other"))
        let runs = (0..<40).map { _ in TestRun() }
        for run in runs {
          _ = try await fixture.store.transitions.submit([
            run.create(), other.create(), run.propose(.running, seq: 2),
          ])
          _ = try await fixture.store.transitions.submit(
            run.propose(.completed(.init()), seq: 3))
        }
        let heard = try await take(120, of: following)
        #expect(heard.count == 120)
        #expect(heard.map(\.value.runID) == runs.flatMap { [$0.id, $0.id, $0.id] })
        #expect(heard.map(\.value.revision) == runs.flatMap { _ in [1, 2, 3] })
        #expect(zip(heard, heard.dropFirst()).allSatisfy { $0.token < $1.token })
      }
    }
  }

  @Test func neverSkipsATransactionThatCommitsLate() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let early = RunID.fresh()
        let following = try await feed.followRuns(.namespace(fixture.namespace))
        // Takes a lower transaction id than everything after it, and commits last.
        let holder = try await Holder.begin(fixture.database)
        try await holder.script(
          """
          INSERT INTO run_transition (run_id, revision, namespace, from_name, to_type, to_name,
            message, epoch, rule, actor, attempt, time)
          VALUES ('\(early)', 1, 'default', '', 1, 'Scheduled', '', 0, 'r', 'a', 0, now());
          INSERT INTO feed (time, run_ids, revisions)
          VALUES (clock_timestamp(), ARRAY['\(early)'::uuid], ARRAY[1]::bigint[]);
          """)
        let late = (0..<20).map { _ in TestRun() }
        for run in late { _ = try await fixture.store.transitions.submit(run.create()) }
        // Nothing above the open transaction may be handed out: no place moves past it.
        var places: [ResumeToken] = []
        for _ in 0..<5 { places.append(try await feed.currentToken()) }
        try await holder.end()
        let heard = try await take(21, of: following)
        #expect(places.allSatisfy { $0 < heard[0].token })
        #expect(heard.map(\.value.runID) == [early] + late.map(\.id))
      }
    }
  }

  @Test func whatAListHeldIsNotHeardAgain() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let (run, execution) = (RunID.fresh(), TestRun().execution)
        func line(_ number: Int64) -> LogLine {
          LogLine(
            namespace: .standard, runID: run, executionID: execution, line: number,
            time: run.time ?? .epoch, level: 20, message: "\(number)", fields: "")
        }
        // Begun before the lines are written, it keeps the horizon below them.
        let holder = try await Holder.begin(fixture.database)
        try await holder.script("SELECT pg_current_xact_id()")
        for number in 0..<3 as Range<Int64> {
          _ = try await fixture.store.logs.write([line(number)])
        }
        let (lines, token) = try await fixture.store.listLogsToFollow(
          LogQuery(namespace: .standard, runs: [run]))
        #expect(lines.map(\.line) == [0, 1, 2])
        let text = try #require(ResumeToken("\(token)"))
        #expect(text == token)
        for number in 3..<5 as Range<Int64> {
          _ = try await fixture.store.logs.write([line(number)])
        }
        let following = try await feed.followLogs(.runs([run], in: .standard), from: text)
        try await holder.end()
        var heard: [Int64] = []
        for try await batch in following {
          heard += batch.map(\.value.line)
          if heard.count >= 2 { break }
        }
        #expect(heard == [3, 4])
      }
    }
  }

  @Test func neverSkipsWhileManyCommitAtOnce() async throws {
    var settings = Store.Settings()
    settings.writers = 2
    settings.batches.commandsPerBatch = 4
    try await StoreFixture.with(settings) { fixture in
      let other = try await fixture.otherStore(settings)
      try await withFeed(fixture) { feed in
        let following = try await feed.followRuns(.namespace(fixture.namespace))
        let stores = [fixture.store, other]
        async let heard = take(900, of: following)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for task in 0..<10 {
            group.addTask {
              for _ in 0..<30 {
                let run = TestRun()
                _ = try await stores[task % 2].transitions.submit([
                  run.create(), run.propose(.running, seq: 2),
                  run.propose(.completed(.init()), seq: 3),
                ])
              }
            }
          }
          try await group.waitForAll()
        }
        let all = try await heard
        #expect(all.count == 900)
        var revisions: [RunID: Int64] = [:]
        for item in all {
          #expect(item.value.revision == revisions[item.value.runID, default: 0] + 1)
          revisions[item.value.runID] = item.value.revision
        }
        #expect(revisions.count == 300)
      }
      await other.shutdown()
    }
  }

  @Test func goesOnFromATokenAlsoWithinABatch() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let following = try await feed.followRuns(.namespace(fixture.namespace))
        let runs = (0..<10).map { _ in TestRun() }
        _ = try await fixture.store.transitions.submit(runs.map { $0.create() })
        _ = try await fixture.store.transitions.submit(
          runs.map { $0.propose(.running, seq: 2) })
        let heard = try await take(20, of: following)
        for (index, item) in heard.enumerated() where index < 19 {
          let token = try #require(ResumeToken("\(item.token)"))
          let again = try await feed.followRuns(
            .namespace(fixture.namespace), from: token)
          let rest = try await take(19 - index, of: again)
          #expect(rest.map(\.value) == heard[(index + 1)...].map(\.value))
        }
      }
    }
  }

  @Test func losesNothingThoughItIsSlow() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let following = try await feed.followRuns(
          .namespace(fixture.namespace), bufferLimit: 3)
        var iterator = following.makeAsyncIterator()
        var heard: [Followed<RunChange>] = []
        let runs = (0..<60).map { _ in TestRun() }
        for (index, run) in runs.enumerated() {
          _ = try await fixture.store.transitions.submit(run.create())
          if index % 20 == 0, let batch = try await iterator.next() { heard += batch }
        }
        while heard.count < 60, let batch = try await iterator.next() { heard += batch }
        #expect(heard.map(\.value.runID) == runs.map(\.id))
      }
    }
  }

  @Test func refusesTokensOfWhatIsGone() async throws {
    try await StoreFixture.with { fixture in
      let feed = Feed(fixture.store)
      let token = try await feed.currentToken()
      #expect(ResumeToken("\(token)") == token)
      for text in [
        "", "w1.1.1", "w2.1.1.1", "w1.-1.1.1", "w1.1.1.zzzzzzzz", "w1.1.5.0.4", "w1.1.5.0.6-6",
        "w1.1.5.0.", "garbage",
      ] {
        #expect(ResumeToken(text) == nil, "\(text)")
      }
      _ = try await fixture.store.transitions.submit(TestRun().create())
      try await fixture.sql("UPDATE feed_floor SET xid = (SELECT max(xid) FROM feed)")
      let error = await #expect(throws: StoreError.self) {
        _ = try await feed.followRuns(.namespace(fixture.namespace), from: token)
      }
      guard case .outOfRange(StoreError.resumeTokenExpired, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      // A restored database is another generation.
      let now = try await feed.currentToken()
      try await fixture.sql("UPDATE store_generation SET system_identifier = 1")
      try await BlockingThread.run {
        try Schema.check(on: fixture.database.connect())
      }
      await #expect(throws: StoreError.self) {
        _ = try await feed.followRuns(.namespace(fixture.namespace), from: now)
      }
    }
  }

  @Test func followsTheLogsOfAFamily() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let parent = TestRun()
        let child = TestRun()
        let stranger = TestRun()
        _ = try await fixture.store.transitions.submit(parent.create(.flow))
        let following = try await feed.followLogs(
          .roots([parent.id], in: fixture.namespace))
        _ = try await fixture.store.transitions.submit([
          child.create(parent: parent.id), stranger.create(),
        ])
        for line in Int64(0)..<10 {
          _ = try await fixture.store.logs.write(
            [parent, stranger, child].map {
              LogLine(
                namespace: fixture.namespace, runID: $0.id, executionID: $0.execution, line: line,
                time: $0.id.time ?? .epoch, message: "\(line)")
            })
        }
        var heard: [LogLine] = []
        for try await batch in following {
          heard += batch.map(\.value)
          if heard.count >= 20 { break }
        }
        #expect(heard.count == 20)
        #expect(Set(heard.map(\.runID)) == [parent.id, child.id])
      }
    }
  }

  @Test func hearsOfADeletionInOrderAndAfterAReconnect() async throws {
    try await StoreFixture.with { fixture in
      try await withFeed(fixture) { feed in
        let run = TestRun()
        let token = try await feed.currentToken()
        _ = try await fixture.store.transitions.submit([
          run.create(), run.propose(.running, seq: 2),
        ])
        let middle = try await feed.currentToken()
        _ = try await fixture.store.transitions.submit(run.propose(.completed(.init()), seq: 3))
        let early = try await feed.followRuns(.roots([run.id], in: fixture.namespace), from: middle)
        var live = early.makeAsyncIterator()
        let end = try #require(try await live.next())
        #expect(end.map(\.value.revision) == [3])
        _ = try await fixture.store.deleteRuns([run.id], in: fixture.namespace, actor: "operator")
        let last = TestRun()
        _ = try await fixture.store.transitions.submit(last.create())
        // From each token what is left to tell: of a deleted run, that it is gone; then what came after.
        for start in [token, middle, end[0].token] {
          let following = try await feed.followRuns(.namespace(fixture.namespace), from: start)
          var heard: [Followed<RunChange>] = []
          for try await batch in following {
            heard += batch
            if heard.contains(where: { $0.value.runID == last.id }) { break }
          }
          #expect(heard.map(\.value.runID) == [run.id, last.id])
          guard case .removal(let removal)? = heard.first?.value else {
            Issue.record("no removal")
            continue
          }
          #expect(removal.actor == "operator")
          #expect(removal.definition == "extract")
        }
        // Whoever follows the tree finds its root among what is gone, and an event tells of it too.
        let tree = try await feed.followRuns(
          .roots([run.id], in: fixture.namespace), from: end[0].token)
        var rest = tree.makeAsyncIterator()
        #expect(try await rest.next()?.map(\.value.isEnd) == [true])
        let events = try await feed.followEvents(in: fixture.namespace, from: end[0].token)
        var told = events.makeAsyncIterator()
        guard case .published(let event)? = try await told.next()?.first?.value else {
          Issue.record("no event")
          return
        }
        #expect(event.name == "martlet.task-run.Deleted")
        #expect(event.runID == run.id)
        #expect(event.actor == "operator")
      }
    }
  }
}
