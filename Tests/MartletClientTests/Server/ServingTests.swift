// Decides that a Swift program serves its own deployments: runs come, end as their code ends, and none outlives the
// program in the server's eyes.

import Martlet
import MartletCall
import MartletProto
import MartletServing
import ServerProcess
import Testing

@Suite(.timeLimit(.minutes(10))) struct ServingTests {
  private struct Boom: Error {}

  /// Serves while `body` goes on, and ends then.
  private func serving(
    _ deployments: [ServedDeployment], limit: Int = 10, pausesOnShutdown: Bool = false,
    grace: Duration = .seconds(60), lease: Duration = .seconds(30),
    _ body:
      @escaping @Sendable (_ reporting: Reporting, _ stop: @Sendable () -> Void) async throws ->
      Void
  ) async throws {
    let environment = try await ServerProcess.shared.value.environment()
    let (started, start) = AsyncStream<Void>.makeStream()
    let server = Task { () async throws -> Void in
      defer { start.finish() }
      try await serve(
        deployments, environment: environment, limit: limit, pausesOnShutdown: pausesOnShutdown,
        grace: grace, lease: lease, signals: []
      ) { news in
        guard case .serving = news else { return }
        start.yield()
      }
    }
    for await _ in started { break }
    do {
      try await withReporting(environment: environment) { reporting in
        try await body(reporting) { server.cancel() }
      }
    } catch {
      server.cancel()
      _ = await server.result
      throw error
    }
    server.cancel()
    try await server.value
  }

  private func run(_ id: String, _ client: Client) async throws -> Run {
    let watch = WatchRunsRequest(runIDs: [id], untilEnded: true)
    let call = try await client.runs.watchRuns(watch, options: CallOptions(timeout: .seconds(60)))
    while try await call.responses.next() != nil {}
    return try #require(try await client.runs.getRun(GetRunRequest(id: id)).run)
  }

  private func result(of run: Run) throws -> Payload {
    guard case .completed(let completed)? = run.state?.detail, let result = completed.result else {
      throw ServerProcess.Failure(description: "no result in \(run)")
    }
    return result
  }

  @Test func aDeploymentIsRunInPlaceWithItsParameters() async throws {
    let flow = "serve-\(Identifier.random())"
    let attempts = Collected()
    let sum = ServedDeployment(flow, name: "sum", parameters: ["b": 1]) { run, parameters in
      await run.log("adds")
      guard case .number(let a)? = parameters["a"], case .number(let b)? = parameters["b"] else {
        throw Boom()
      }
      return .number(a + b)
    }
    let flaky = ServedDeployment(flow, name: "flaky", retry: .retries(2)) { run, _ in
      attempts.add(run.id)
      if attempts.all.count < 3 { throw Boom() }
      return nil
    }
    try await serving([sum, flaky]) { reporting, _ in
      let run = try await reporting.runDeployment("\(flow)/sum", parameters: ["a": 2], tags: ["t"])
      #expect(try result(of: run).body == .json(.number(3)))
      #expect(run.tags.contains("t") && run.deploymentVersion == 1)
      let lines = try await reporting.client.logs.listLogs(ListLogsRequest(runID: run.id)).entries
      #expect(lines.map(\.message) == ["adds"])
      let again = try await reporting.runDeployment("\(flow)/flaky")
      #expect(again.state?.type == .completed && again.attempt == 3)
      // As a child of a run, and without waiting.
      try await reporting.flow("caller") { caller in
        let child = try await caller.runDeployment(
          "\(flow)/sum", parameters: ["a": 5], timeout: .zero)
        #expect(child.parentID == caller.id)
        #expect(try result(of: try await self.run(child.id, reporting.client)).body == .json(6))
      }
      let refused = await #expect(throws: Status.self) {
        try await reporting.runDeployment("\(flow)/nothing")
      }
      #expect(refused?.code == .notFound)
    }
  }

  @Test func aTickOfTheScheduleIsServedAndThenItRests() async throws {
    let flow = "serve-\(Identifier.random())"
    let (ticks, tick) = AsyncStream<String>.makeStream()
    let deployment = ServedDeployment(flow, name: "x", schedules: [.cron("* * * * * *")]) {
      run, _ in
      tick.yield(run.id)
      return nil
    }
    try await serving([deployment], pausesOnShutdown: true) { reporting, _ in
      var ticks = ticks.makeAsyncIterator()
      let first = try await run(try #require(await ticks.next()), reporting.client)
      #expect(first.state?.type == .completed && first.scheduleTime != nil)
    }
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let left = try await client.deployments.getDeployment(
      GetDeploymentRequest(deployment: "\(flow)/x"))
    #expect(left.deployment?.schedules.map(\.paused) == [true])
  }

  @Test func aCancellationReachesTheTask() async throws {
    let flow = "serve-\(Identifier.random())"
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let endless = ServedDeployment(flow, name: "x") { _, _ in
      begin.yield()
      try await Task.sleep(for: .seconds(3600))
      return nil
    }
    try await serving([endless]) { reporting, _ in
      let run = try await reporting.runDeployment("\(flow)/x", timeout: .zero)
      for await _ in begun { break }
      _ = try await reporting.client.runs.cancelRun(CancelRunRequest(id: run.id))
      #expect(try await self.run(run.id, reporting.client).state?.type == .cancelled)
    }
  }

  @Test func whatOutlastsTheGraceIsLostAtOnceAndRunAgainElsewhere() async throws {
    let flow = "serve-\(Identifier.random())"
    let (begun, begin) = AsyncStream<Void>.makeStream()
    func deployment(_ body: @escaping ServedDeployment.Body) -> ServedDeployment {
      ServedDeployment(flow, name: "x", reruns: 1, body: body)
    }
    let stubborn = deployment { _, _ in
      begin.yield()
      // Heeds the cancellation, as far as the run is concerned with nothing to say.
      try await Task.sleep(for: .seconds(3600))
      return nil
    }
    let ids = Collected()
    try await serving([stubborn], grace: .zero, lease: .seconds(3000)) { reporting, stop in
      ids.add(try await reporting.runDeployment("\(flow)/x", timeout: .zero).id)
      for await _ in begun { break }
      stop()
    }
    try await serving([deployment { _, _ in "second" }]) { reporting, _ in
      let run = try await self.run(ids.all[0], reporting.client)
      #expect(run.epoch == 2)
      #expect(try result(of: run).body == .json("second"))
    }
  }

  @Test func whoWaitsForTheServerEndsWhenItIsToldTo() async throws {
    // It is never started.
    try await ServerProcess.with { server in
      let environment = server.environment()
      let (absences, absence) = AsyncStream<Void>.makeStream()
      let deployment = ServedDeployment("waits", name: "x") { _, _ in nil }
      let serving = Task { () async throws -> Void in
        defer { absence.finish() }
        try await serve([deployment], environment: environment, signals: []) { news in
          if case .disconnected = news { absence.yield() }
        }
      }
      for await _ in absences { break }
      serving.cancel()
      await #expect(throws: CancellationError.self) { try await serving.value }
    }
  }

  @Test func aLongResultIsStoredByItsAddress() async throws {
    let flow = "serve-\(Identifier.random())"
    let text = String(repeating: "ü", count: 400_000)
    let long = ServedDeployment(flow, name: "x") { _, _ in .string(text) }
    try await serving([long]) { reporting, _ in
      let result = try result(of: try await reporting.runDeployment("\(flow)/x"))
      guard case .uri(let address) = result.body else {
        throw ServerProcess.Failure(description: "no address in \(result)")
      }
      let bytes = try await reporting.client.result(at: address)
      #expect(try JSONValue(json: bytes) == .string(text))
    }
  }

  @Test func bytesAreStoredOnceAndFoundByTheirAddress() async throws {
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let id = Identifier.timeOrdered()
    let first = try await client.putResult(bytes, mediaType: "x/y", id: id)
    #expect(first.body == .uri("martlet:result/\(id)") && first.mediaType == "x/y")
    #expect(try await client.putResult(bytes, mediaType: "x/y", id: id) == first)
    #expect(try await client.result(at: id) == bytes)
    let empty = try await client.putResult([])
    guard case .uri(let address) = empty.body else { throw Boom() }
    #expect(try await client.result(at: address).isEmpty)
  }

  @Test func aPauseIsHeardAndWaitedFor() async throws {
    let environment = try await ServerProcess.shared.value.environment()
    try await withReporting(environment: environment) { reporting in
      let (paused, pause) = AsyncStream<String>.makeStream()
      let resuming = Collected()
      try await reporting.flow("pauses") { run in
        #expect(!run.isPauseRequested)
        try await run.waitIfPaused()
        run.onPause { pause.yield($0.message) }
        let client = reporting.client
        _ = try await client.runs.pauseRun(PauseRunRequest(id: run.id, message: "look first"))
        for await message in paused {
          #expect(message == "look first")
          break
        }
        #expect(run.isPauseRequested)
        async let resumption: Void = {
          resuming.add("resumes")
          _ = try await client.runs.resumeRun(ResumeRunRequest(id: run.id))
        }()
        try await run.waitIfPaused()
        #expect(resuming.all == ["resumes"])
        #expect(!run.isPauseRequested)
        try await resumption
        let now = try await client.runs.getRun(GetRunRequest(id: run.id)).run
        #expect(now?.state?.type == .running)
      }
    }
  }
}
