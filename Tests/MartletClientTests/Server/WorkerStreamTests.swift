// Decides that a worker's stream gives it what waits in its pool, and that it hears what becomes of that.

import Martlet
import MartletCall
import MartletProto
import MartletWire
import ServerProcess
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkerStreamTests {
  private typealias Call = ClientCall<ConnectRequest, ConnectResponse>

  private struct Unexpected: Error {
    let what: String
  }

  private func pool(_ client: Client) async throws -> String {
    let name = "pool-\(Identifier.random())"
    var pool = Pool()
    pool.name = name
    pool.type = "process"
    _ = try await client.pools.createPool(CreatePoolRequest(pool: pool))
    var spec = DeploymentSpec()
    spec.pool = name
    spec.executable = .shell("true")
    var deployment = Deployment()
    deployment.flow = "stream"
    deployment.name = name
    deployment.spec = spec
    _ = try await DeploymentServiceClient(channel: client.channel).createDeployment(
      CreateDeploymentRequest(deployment: deployment))
    return name
  }

  private func trigger(_ client: Client, _ pool: String) async throws -> String {
    var request = CreateRunRequest()
    request.deployment = "stream/\(pool)"
    request.run = Run()
    return try await client.runs.createRun(request).run?.id ?? ""
  }

  private func connect(
    _ client: Client, _ pool: String, session: String = Identifier.random(),
    held: [HeldRun] = [], credit: Int32 = 5
  ) async throws -> Call {
    let call = try await WorkerServiceClient(channel: client.channel).connect()
    var worker = WorkerIdentity()
    worker.pool = pool
    worker.name = "w"
    worker.session = Session(id: session)
    try await call.requests.write(
      ConnectRequest(kind: .hello(.init(namespace: "", worker: worker, held: held))))
    guard case .welcome(let welcome)? = try await call.responses.next()?.kind else {
      throw Unexpected(what: "no welcome")
    }
    #expect(!welcome.workerID.isEmpty)
    try await call.requests.write(ConnectRequest(kind: .credit(.init(runs: credit))))
    return call
  }

  private func offer(_ call: Call) async throws -> Offer {
    let response = try await call.responses.next()
    guard case .offer(let offer)? = response?.kind else {
      throw Unexpected(what: "\(response as Any)")
    }
    return offer
  }

  @Test func offersComeAndGoBack() async throws {
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let pool = try await pool(client)
    let session = Identifier.random()
    let call = try await connect(client, pool, session: session)
    let first = try await trigger(client, pool)
    let offered = try await offer(call)
    #expect(offered.run?.id == first)
    #expect(offered.epoch == 1)
    guard case .process(let process)? = offered.launch?.kind else {
      throw Unexpected(what: "\(offered)")
    }
    #expect(process.command == ["/bin/sh", "-c", "true"])
    try await call.requests.write(
      ConnectRequest(kind: .accept(.init(runID: first, epoch: 1))))

    // A run that is cancelled before its executor has begun.
    let second = try await trigger(client, pool)
    #expect(try await offer(call).run?.id == second)
    _ = try await client.runs.cancelRun(CancelRunRequest(id: second))
    let told = try await call.responses.next()
    guard case .cancel(let cancel)? = told?.kind else { throw Unexpected(what: "\(told as Any)") }
    #expect(cancel.runID == second)

    // What it has accepted and still has when it comes again is its; what it never had is not.
    call.cancel()
    let held = [HeldRun(runID: first, epoch: 1), HeldRun(runID: second, epoch: 9)]
    let again = try await connect(client, pool, session: session, held: held)
    let revoked = try await again.responses.next()
    guard case .revoke(let revoke)? = revoked?.kind else {
      throw Unexpected(what: "\(revoked as Any)")
    }
    #expect(revoke.runID == second)

    // Its executor could not begin: the run comes back.
    try await again.requests.write(
      ConnectRequest(
        kind: .exited(Exited(runID: first, epoch: 1, sessionID: "", message: "no such program"))))
    let back = try await offer(again)
    #expect(back.run?.id == first)
    #expect(back.epoch == 2)

    // It leaves: the run goes to whoever comes next.
    try await again.requests.write(ConnectRequest(kind: .goodbye(.init())))
    while try await again.responses.next() != nil {}
    let other = try await connect(client, pool)
    #expect(try await offer(other).epoch == 3)
    other.cancel()
  }

  @Test func aSecondStreamOfAWorkerEndsTheFirst() async throws {
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let pool = try await pool(client)
    let first = try await connect(client, pool)
    let second = try await connect(client, pool)
    let status = await #expect(throws: Status.self) { try await first.responses.next() }
    #expect(status?.code == .aborted)
    let run = try await trigger(client, pool)
    #expect(try await offer(second).run?.id == run)
    second.cancel()
  }

  @Test func aWorkerOfAnUnknownPoolIsSentAway() async throws {
    let client = try Client(address: try await ServerProcess.shared.value.address)
    defer { client.close() }
    let status = await #expect(throws: (any Error).self) {
      try await connect(client, "no-such-pool")
    }
    #expect((status as? Status)?.code == .notFound)
  }
}
