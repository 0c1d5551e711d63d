// Decides that reports become rows exactly once, in order, whatever else is in their batch.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct TransitionBatcherTests {
  @Test func carriesARunFromItsCreationToItsEnd() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      let created = try await fixture.store.transitions.submit(
        run.create(
          .flow, definition: "report", parameters: #"{"a": [1, 2.5, "x"]}"#,
          labels: ["team": "data"], tags: ["nightly", #"a"\,{}"#, "NULL", " ", "\"\u{301}"]))
      #expect(created.code == .accepted)
      #expect(created.stateType == .pending)
      let running = try await fixture.store.transitions.submit(run.propose(.running, seq: 2))
      #expect(running.code == .accepted)
      let ended = try await fixture.store.transitions.submit(
        run.propose(
          .completed(.init(result: Payload(mediaType: "application/json", body: .json("[1]")))),
          seq: 3, message: "All well."))
      #expect(ended.code == .accepted)
      #expect(ended.revision == 3)

      let read = try await fixture.store.run(run.id, in: fixture.namespace)
      #expect(read.state.type == .completed)
      #expect(read.state.message == "All well.")
      guard case .completed(let data) = read.state.detail else { throw StoreError.cancelled }
      #expect(data.result?.body == .json("[1]"))
      #expect(read.content.labels == ["team": "data"])
      #expect(read.content.tags == ["nightly", #"a"\,{}"#, "NULL", " ", "\"\u{301}"])
      #expect(read.content.parameters == #"{"a": [1, 2.5, "x"]}"#)
      #expect(read.snapshot.lastSeq == 3)
      #expect(read.snapshot.endTime != nil)

      let history = try await fixture.store.transitions(
        of: run.id, in: fixture.namespace, limit: 10)
      #expect(history.map(\.to.type) == [.pending, .running, .completed])
      #expect(history.map(\.revision) == [1, 2, 3])
      #expect(history.map(\.actor) == ["tester", "tester", "tester"])
      #expect(zip(history, history.dropFirst()).allSatisfy { $0.time < $1.time })
      let flow = try await fixture.store.flow("report", in: fixture.namespace)
      #expect(flow.name == "report")
    }
  }

  @Test func answersARepeatedSeqWithTheFirstVerdict() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      let batch = [run.create(), run.propose(.running, seq: 2)]
      let first = try await fixture.store.transitions.submit(batch)
      let again = try await fixture.store.transitions.submit(batch + batch)
      #expect(first.map(\.isDuplicate) == [false, false])
      #expect(again.allSatisfy { $0.isDuplicate && $0.code == .accepted })
      #expect(again[1].state == first[1].state)
      #expect(again[1].time == first[1].time)
      #expect(try await fixture.number("SELECT count(*) FROM run_transition") == 2)

      // A refusal consumes its seq too, and is answered again from where it is kept.
      let illegal = run.propose(.scheduled(.init()), seq: 3)
      let refused = try await fixture.store.transitions.submit(illegal)
      let repeated = try await fixture.store.transitions.submit(illegal)
      #expect(refused.code == .refused)
      #expect(repeated.code == .refused)
      #expect(repeated.isDuplicate)
      if case .verdict(let one, _) = refused.result, case .verdict(let two, _) = repeated.result {
        #expect(one == two)
      }
      // And in one batch with the first.
      let twice = run.propose(.scheduled(.init()), seq: 4)
      let both = try await fixture.store.transitions.submit([twice, twice])
      #expect(both.map(\.isDuplicate) == [false, true])
    }
  }

  @Test func refusesAGapInTheSeqs() async throws {
    try await StoreFixture.with { fixture in
      let run = TestRun()
      let answers = try await fixture.store.transitions.submit([
        run.create(), run.propose(.running, seq: 5),
      ])
      #expect(answers[1].result == .failure(.outOfSequence(expected: 2)))
    }
  }

  @Test func letsOnlyOneOfTwoProcessesWithOneClaimEnterRunning() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      for _ in 0..<20 {
        let run = TestRun()
        _ = try await fixture.store.transitions.submit(run.schedule())
        let one = TestRun(id: run.id)
        let two = TestRun(id: run.id)
        async let first = fixture.store.transitions.submit(one.propose(.running, seq: 1))
        async let second = other.transitions.submit(two.propose(.running, seq: 1))
        let codes = try await [first, second].map(\.code)
        #expect(codes.count { $0 == .accepted } == 1, "\(codes)")
      }
      let bound = try await fixture.number(
        "SELECT count(*) FROM run_transition WHERE to_type = 3")
      #expect(bound == 20)
      await other.shutdown()
    }
  }

  @Test func createsARunOnceFromManyReplicas() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let runs = (0..<50).map { _ in TestRun() }
      let answers = try await withThrowingTaskGroup(of: CommandAnswer.self) { group in
        for run in runs {
          group.addTask { try await fixture.store.transitions.submit(run.create()) }
          group.addTask { try await other.transitions.submit(run.create()) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.allSatisfy { $0.code == .accepted })
      #expect(answers.count { $0.isDuplicate } == 50)
      #expect(try await fixture.number("SELECT count(*) FROM run") == 50)
      await other.shutdown()
    }
  }

  @Test func failsOnlyThePoisonedReportAmongAThousand() async throws {
    try await StoreFixture.with { fixture in
      var commands = (0..<1000).map { _ in TestRun().create() }
      commands[617] = TestRun().create(parameters: "{not json")
      commands[12] = TestRun().create(parameters: #"{"a": "\u0000"}"#)
      let answers = try await fixture.store.transitions.submit(commands)
      for (index, answer) in answers.enumerated() {
        switch (index, answer.result) {
        case (617, .failure(.invalid)), (12, .failure(.invalid)): break
        case (617, _), (12, _): Issue.record("\(index): \(answer.result)")
        default: #expect(answer.code == .accepted, "\(index): \(answer.result)")
        }
      }
      #expect(try await fixture.number("SELECT count(*) FROM run") == 998)
    }
  }

  @Test func keepsTheOrderOfARunWithTwoWriters() async throws {
    var settings = Store.Settings()
    settings.writers = 2
    settings.batches.commandsPerBatch = 8
    try await StoreFixture.with(settings) { fixture in
      let runs = (0..<20).map { _ in TestRun() }
      let failures = try await withThrowingTaskGroup(of: [CommandAnswer].self) { group in
        for run in runs {
          // Handed over one after the other, without waiting for answers.
          for command in [
            run.create(), run.propose(.running, seq: 2), run.propose(.completed(.init()), seq: 3),
          ] {
            let answer = Answer()
            fixture.store.transitions.submit([command]) { answer.give($0) }
            group.addTask { try await answer.value() }
          }
        }
        return try await group.reduce(into: []) { $0 += $1.filter { $0.code != .accepted } }
      }
      #expect(failures.isEmpty, "\(failures.prefix(3))")
    }
  }
}
