// Decides what must hold between this client and a real server, through its death, its absence and its silence: every
// transition is there once, in order, and no work waits for a server longer than it must.

import Foundation
import MartletCall
import MartletProto
import MartletWire
import ServerProcess
import Testing

@testable import Martlet

@Suite(.serialized, .timeLimit(.minutes(10))) struct RealServerTests {
  @Test func aFlowWithItsTaskArtifactsAndResult() async throws {
    let server = try await ServerProcess.shared.value
    let environment = server.environment()
    let (flow, task) = try await withReporting(environment: environment) { reporting in
      try await reporting.flow("census", parameters: ["n": .number(3)]) { flow in
        await flow.log("begins", level: .warning, logger: "test")
        await flow.log("with a NUL: \0")
        let task = try await flow.task("count") { task in
          await task.artifact("numbers", table: .list([.object(["a": .number(1)])]))
          await task.artifact("report", markdown: "# Hi", of: flow.id)
          let id = await task.artifact("progress", progress: 10)
          await task.artifact("progress", progress: 90, id: id)
          await task.artifact("image", image: "https://example.com/x.png")
          return task.id
        }
        flow.setResult(.object(["total": .number(6)]))
        return (flow.id, task)
      }
    }
    let client = try Client(address: server.address)
    defer { client.close() }
    let run = try #require(try await client.runs.getRun(GetRunRequest(id: flow)).run)
    #expect(run.state?.type == .completed)
    #expect(run.parameters == ["n": .number(3)])
    guard case .completed(let completed) = run.state?.detail else {
      throw ServerProcess.Failure(description: "no result in \(run)")
    }
    #expect(completed.result?.body == .json(.object(["total": .number(6)])))
    let child = try #require(try await client.runs.getRun(GetRunRequest(id: task)).run)
    #expect(child.parentID == flow)
    #expect(child.kind == .task)
    // Child and parent are in one trace.
    #expect(child.traceParent.dropFirst(3).prefix(32).count == 32)
    let lines = try await client.logs.listLogs(ListLogsRequest(runID: flow)).entries
    #expect(lines.map(\.message) == ["begins", "with a NUL: \u{FFFD}"])
    let artifacts = try await client.artifacts.listArtifacts(ListArtifactsRequest(runID: task))
    #expect(artifacts.artifacts.count == 3)
    #expect(artifacts.artifacts.contains { $0.content == .progress(90) })
    let own = try await client.artifacts.listArtifacts(ListArtifactsRequest(runID: flow))
    #expect(own.artifacts.map(\.content) == [.markdown("# Hi")])
  }

  @Test func whatTheServerCannotReadIsRefusedAlone() async throws {
    let server = try await ServerProcess.shared.value
    let long = JSONValue.string(String(repeating: "x", count: 5 << 20))
    let ids = Collected()
    var settings = Reporter.Settings()
    settings.patience = .seconds(60)
    try await withReporting(environment: server.environment(), settings: settings) { reporting in
      for text in [JSONValue.string("a\0b"), long] {
        await #expect(throws: RunError.self) {
          try await reporting.flow("unreadable", parameters: ["text": text]) { _ in }
        }
      }
      try await reporting.flow("readable") { run in
        ids.add(run.id)
        await run.artifact("text", markdown: "a\0b")
        await run.artifact("bad", table: .list([.object(["a": .string("\0")])]))
        await run.artifact("long", table: .list([.object(["a": long])]))
        await run.artifact("good", table: .list([.object(["a": .number(1)])]))
      }
    }
    try await server.expectOneLife(of: ids.all[0])
    let client = try Client(address: server.address)
    defer { client.close() }
    let kept = try await client.artifacts.listArtifacts(ListArtifactsRequest(runID: ids.all[0]))
    #expect(Set(kept.artifacts.map(\.key)) == ["text", "good"])
    #expect(kept.artifacts.contains { $0.content == .markdown("a\u{FFFD}b") })
  }

  @Test func aVariableIsSharedAndGuarded() async throws {
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let name = "swift-\(Identifier.random())"
    #expect(try await client.variable(name) == nil)
    let first = try await client.setVariable(name, to: ["a": [1, nil]], tags: ["t"])
    #expect(try await client.variable(name) == ["a": [1, nil]])
    try await client.setVariable(name, to: 2, etag: first.etag)
    let refused = await #expect(throws: Status.self) {
      try await client.setVariable(name, to: 3, etag: first.etag)
    }
    #expect(refused?.code == .aborted)
    #expect(try await client.variable(name) == 2)
  }

  private struct Boom: Error {}

  @Test func anErrorOfTheBodyFailsTheRunAndComesThrough() async throws {
    let server = try await ServerProcess.shared.value
    let ids = Collected()
    await #expect(throws: Boom.self) {
      try await withReporting(environment: server.environment()) { reporting in
        try await reporting.flow("fails") { run in
          ids.add(run.id)
          throw Boom()
        }
      }
    }
    let rows = try await server.history(of: ids.all[0])
    #expect(rows.map { $0.to?.type } == [.pending, .running, .failed])
    guard case .failed(let failed) = rows.last?.to?.detail else {
      throw ServerProcess.Failure(description: "no detail in \(rows)")
    }
    #expect(failed.errorType == "Boom")
  }

  @Test func runsWithALimitTakeTurns() async throws {
    let server = try await ServerProcess.shared.value
    let client = try Client(address: server.address)
    defer { client.close() }
    let name = "turns-\(Identifier.random())"
    _ = try await client.limits.createLimit(
      CreateLimitRequest(limit: Limit(name: name, slots: 1)))
    let inside = Collected()
    try await withReporting(environment: server.environment()) { reporting in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await reporting.flow("turns", limits: [RunLimit(name: name)]) { run in
              inside.add(run.id)
              let limit = try await client.limits.getLimit(GetLimitRequest(ref: name)).limit
              #expect(limit?.slotsTaken == 1 && limit?.holders == 1)
            }
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(Set(inside.all).count == 4)
    let limit = try await client.limits.getLimit(GetLimitRequest(ref: name)).limit
    #expect(limit?.slotsTaken == 0)
  }

  @Test func aBodyThatFailsIsExecutedAgain() async throws {
    let server = try await ServerProcess.shared.value
    let ids = Collected()
    let value = try await withReporting(environment: server.environment()) { reporting in
      try await reporting.flow("again") { flow in
        try await flow.task(
          "flaky", retry: .retries(3, delays: [.zero, .milliseconds(200)])
        ) { task in
          ids.add(task.id)
          if ids.all.count < 3 { throw Boom() }
          return 7
        }
      }
    }
    #expect(value == 7 && ids.all.count == 3)
    let rows = try await server.history(of: ids.all[0])
    #expect(
      rows.map { $0.to?.name } == [
        "Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying",
        "Completed",
      ])
    #expect(rows.map(\.verdict).filter { $0 == .replaced }.count == 2)
  }

  @Test func aBodyThatTakesTooLongIsTimedOut() async throws {
    let server = try await ServerProcess.shared.value
    let ids = Collected()
    await #expect(throws: CancellationError.self) {
      try await withReporting(environment: server.environment()) { reporting in
        try await reporting.flow("slow", timeout: .milliseconds(200)) { run in
          ids.add(run.id)
          try await Task.sleep(for: .seconds(60))
        }
      }
    }
    let rows = try await server.history(of: ids.all[0])
    #expect(rows.map { $0.to?.name } == ["Pending", "Running", "TimedOut"])
  }

  @Test func aCancellationReachesTheTask() async throws {
    let server = try await ServerProcess.shared.value
    let ids = Collected()
    await #expect(throws: CancellationError.self) {
      try await withReporting(environment: server.environment()) { reporting in
        try await reporting.flow("endless") { run in
          ids.add(run.id)
          _ = try await reporting.client.runs.cancelRun(CancelRunRequest(id: run.id))
          try await Task.sleep(for: .seconds(600))
        }
      }
    }
    let rows = try await server.history(of: ids.all[0])
    #expect(rows.map { $0.to?.type } == [.pending, .running, .cancelling, .cancelled])
  }

  @Test func aStoppedParentLetsNoChildBegin() async throws {
    let server = try await ServerProcess.shared.value
    try await withReporting(environment: server.environment()) { reporting in
      let parent = try await reporting.begin(kind: .flow, "parent", parent: nil)
      try await parent.end(State(type: .completed))
      await #expect(throws: RunError.refused(reason: "PARENT_STOPPED")) {
        try await parent.task("late") { _ in }
      }
      reporting.forget(parent)
    }
  }

  @Test func aClaimThatLapsedWhilePendingIsTakenAgain() async throws {
    let server = try await ServerProcess.shared.value
    let client = try Client(address: server.address)
    defer { client.close() }
    var settings = Reporter.Settings()
    settings.lease = .seconds(30)
    let reporter = Reporter(
      channel: client.channel, settings: settings, sessionID: Identifier.random())
    let talk = Task { await reporter.run() }
    let run = Identifier.timeOrdered()
    let execution = Identifier.random()
    // The creation went out with a session that lapses at once: it gives the run back itself.
    var create = RunReport(
      runID: run, epoch: 1, executionID: execution, seq: 1, item: .create(Run(definition: "lapses"))
    )
    _ = try await client.reports.batchReport(BatchReportRequest(reports: [create]))
    create.seq = 2
    create.item = .propose(State(type: .scheduled))
    _ = try await client.reports.batchReport(BatchReportRequest(reports: [create]))
    create.seq = 2
    create.item = .propose(State(type: .running))
    create.seq = 3
    let answer = await reporter.submit(create)
    guard case .verdict(let verdict) = answer else {
      throw ServerProcess.Failure(description: "\(answer)")
    }
    #expect(verdict.code == .accepted)
    #expect(verdict.epoch == 2)
    create.seq = 4
    create.item = .propose(State(type: .completed))
    _ = await reporter.submit(create)
    #expect(await reporter.close(within: .seconds(10)) == 0)
    await talk.value
    let rows = try await server.history(of: run)
    #expect(rows.map { $0.to?.type } == [.pending, .scheduled, .running, .completed])
    #expect(rows.map(\.epoch) == [1, 1, 2, 2])
  }

  @Test func aKilledServerLosesAndDoublesNothing() async throws {
    try await ServerProcess.with { server in
      try await server.start()
      let ids = Collected()
      try await withReporting(environment: server.environment()) { reporting in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<200 {
            group.addTask {
              try await reporting.flow("load") { run in
                ids.add(run.id)
                await run.log("number \(number)")
                // In the middle of the load, and from inside it.
                if number == 50 {
                  await server.kill()
                  try await server.start()
                }
              }
            }
          }
          try await group.waitForAll()
        }
      }
      #expect(ids.all.count == 200)
      for id in ids.all { try await server.expectOneLife(of: id) }
    }
  }

  @Test func workGoesOnWithoutAServerAndIsToldOnce() async throws {
    try await ServerProcess.with { server in
      let ids = Collected()
      let clock = ContinuousClock()
      let took = try await clock.measure {
        try await withReporting(environment: server.environment()) { reporting in
          for number in 0..<20 {
            try await reporting.flow("alone") { run in
              ids.add(run.id)
              await run.log("number \(number)")
            }
          }
        }
      }
      // Neither 20 × the patience nor the limit of the close.
      #expect(took < .seconds(5))
      let directory = server.environment().spoolDirectory
      #expect(Spool.files(in: directory).count == 1)
      try await server.start()
      // Whoever comes next tells it.
      try await withReporting(environment: server.environment()) { _ in }
      #expect(Spool.files(in: directory).isEmpty)
      for id in ids.all { try await server.expectOneLife(of: id) }
    }
  }

  @Test func whatABackServerMissedIsToldByTheSameProcess() async throws {
    try await ServerProcess.with { server in
      try await server.start()
      let ids = Collected()
      try await withReporting(environment: server.environment()) { reporting in
        for number in 0..<30 {
          if number == 10 { await server.kill() }
          if number == 20 { try await server.start() }
          try await reporting.flow("interrupted") { run in
            ids.add(run.id)
            for line in 0..<50 { await run.log("\(line)") }
          }
        }
      }
      #expect(Spool.files(in: server.environment().spoolDirectory).isEmpty)
      for id in ids.all { try await server.expectOneLife(of: id, lines: 50) }
    }
  }

  @Test func aStoppedServerStopsNobody() async throws {
    try await ServerProcess.with { server in
      try await server.start()
      let ids = Collected()
      var settings = Reporter.Settings()
      settings.patience = .milliseconds(500)
      settings.answerLimit = .seconds(1)
      let environment = server.environment()
      let took = try await ContinuousClock().measure {
        try await withReporting(environment: environment, settings: settings) { reporting in
          try await reporting.flow("first") { ids.add($0.id) }
          server.signal(SIGSTOP)
          for _ in 0..<20 { try await reporting.flow("unheard") { ids.add($0.id) } }
        }
      }
      // Patience once or twice, a probe, and no more.
      #expect(took < .seconds(15))
      #expect(Spool.files(in: environment.spoolDirectory).count == 1)
      server.signal(SIGCONT)
      try await withReporting(environment: environment) { _ in }
      #expect(Spool.files(in: environment.spoolDirectory).isEmpty)
      for id in ids.all { try await server.expectOneLife(of: id) }
    }
  }
}

extension ServerProcess {
  /// The transitions of a run, oldest first.
  func history(of run: String) async throws -> [MartletProto.Transition] {
    let client = try Client(address: address)
    defer { client.close() }
    return try await client.runs.listTransitions(ListTransitionsRequest(runID: run)).transitions
  }

  /// Checks that a run was created, ran and completed, each once and in order, and that its log is whole.
  func expectOneLife(of run: String, lines: Int? = nil) async throws {
    let client = try Client(address: address)
    defer { client.close() }
    let rows = try await client.runs.listTransitions(ListTransitionsRequest(runID: run)).transitions
    #expect(rows.map { $0.to?.type } == [.pending, .running, .completed], "\(run)")
    #expect(rows.map(\.seq) == [1, 2, 3])
    guard let lines else { return }
    let log = try await client.logs.listLogs(ListLogsRequest(runID: run, pageSize: 1000)).entries
    #expect(log.map(\.message) == (0..<lines).map(String.init))
  }
}
