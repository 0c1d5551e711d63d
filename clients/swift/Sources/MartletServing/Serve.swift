// Decides how a program that serves its own deployments lives: they are applied, it is their worker until it is told to
// end, and what has not ended by then is lost at once, as of a program that died.

public import Glibc
public import Martlet
import MartletCall
import MartletProto
import MartletWorker

/// Applies deployments and runs what is due of them in this process, until SIGTERM, SIGINT or the cancellation of the
/// surrounding task.
///
/// Then no more is taken, and what has not ended after `grace`, or at a second signal, is cancelled: such a run is CRASHED,
/// or run again elsewhere if it has `reruns`. Waits while the server is away.
///
/// - Parameters:
///   - limit: how many runs there are at a time.
///   - pausesOnShutdown: whether the schedules stop meanwhile, for every program that serves these deployments; beginning
///     to serve sets them going.
///   - grace: how long runs may take to end.
///   - lease: how long this process may be silent before its runs count as lost.
///   - signals: what ends it; they have their standard meaning again afterwards.
///   - tell: hears what happens.
/// - Throws: `Status` when the server refuses a deployment or the worker; `AddressError`, `ProfileError`;
///   `CancellationError` before anything is served.
public func serve(
  _ deployments: [ServedDeployment], environment: RunEnvironment = .current, limit: Int = 10,
  pausesOnShutdown: Bool = false, grace: Duration = .seconds(30), lease: Duration = .seconds(30),
  signals: [Int32] = [SIGTERM, SIGINT], tell: @escaping @Sendable (ServingNews) -> Void = { _ in }
) async throws {
  let server = DeploymentServer(
    deployments: deployments, environment: environment, limit: limit,
    pausesOnShutdown: pausesOnShutdown, grace: grace, lease: lease, signals: signals, tell: tell)
  try await server.run()
}

/// A program that serves.
private struct DeploymentServer: Sendable {
  let deployments: [ServedDeployment]
  let environment: RunEnvironment
  let limit: Int
  let pausesOnShutdown: Bool
  let grace: Duration
  let lease: Duration
  let signals: [Int32]
  let tell: @Sendable (ServingNews) -> Void
  let sessionID = Identifier.random()

  private static let longestPause = Duration.seconds(5)
  // For what is cancelled, and for the last words to the server.
  private static let lastWords = Duration.seconds(5)

  func run() async throws {
    let (wishes, wish) = AsyncStream<Void>.makeStream()
    let heard = Signals.stream(signals)
    let relay = Task { for await _ in heard { wish.yield() } }
    defer {
      relay.cancel()
      for number in signals { signal(number, SIG_DFL) }
    }
    var settings = Reporter.Settings()
    settings.lease = lease
    let left = try await withTaskCancellationHandler {
      try await withReporting(
        environment: environment, settings: settings, sessionID: sessionID
      ) { reporting in
        let preparing = Task { try await prepare(reporting) }
        let ending = Task {
          var isFirst = true
          var timer: Task<Void, any Error>?
          defer { timer?.cancel() }
          for await _ in wishes {
            // Who still waits for the server waits no more.
            preparing.cancel()
            guard let service = try? await preparing.value else { return 0 }
            guard isFirst else {
              let left = await service.launcher.abandonAll(within: Self.lastWords)
              service.worker.leave()
              return left
            }
            isFirst = false
            if pausesOnShutdown { await pause(service.schedules, reporting.client) }
            service.worker.drain()
            timer = Task {
              try await Task.sleep(for: grace)
              wish.yield()
            }
          }
          return 0
        }
        do { try await preparing.value.worker.run() } catch {
          ending.cancel()
          throw error
        }
        ending.cancel()
        return await ending.value
      }
    } onCancel: {
      wish.yield()
    }
    // The end is to be told although the surrounding task may be cancelled.
    await Task { await leave(identity, isLosing: left > 0) }.value
  }

  private var identity: WorkerIdentity {
    var identity = WorkerIdentity()
    let host = Reporting.processName
    identity.pool = TaskLauncher.type
    identity.type = TaskLauncher.type
    identity.name =
      "serve-\(host.prefix { $0 != "/" }.filter { !"%&<>".contains($0) })-\(sessionID.prefix(8))"
    identity.host = host
    identity.deployments = deployments.map(\.path)
    identity.session = Session(id: sessionID, lease: lease, holder: host)
    return identity
  }

  /// What serves, once the server knows of it.
  private struct Service: Sendable {
    let launcher: TaskLauncher
    let worker: PoolWorker
    let schedules: [(deployment: String, slug: String)]
  }

  /// Makes the worker.
  ///
  /// - Throws: `Status` when the server refuses a deployment; `CancellationError`.
  private func prepare(_ reporting: Reporting) async throws -> Service {
    let (bodies, schedules) = try await apply(reporting.client)
    let launcher = TaskLauncher(reporting, bodies)
    let worker = PoolWorker(
      reporting.client, namespace: environment.namespace, identity: identity, launcher: launcher,
      limit: limit
    ) { news in if let news = ServingNews(news) { tell(news) } }
    return Service(launcher: launcher, worker: worker, schedules: schedules)
  }

  /// Applies the deployments as soon as the server is there; returns their code by their ids, and their schedules.
  private func apply(_ client: Client) async throws -> (
    bodies: [String: ServedDeployment.Body], schedules: [(deployment: String, slug: String)]
  ) {
    var bodies: [String: ServedDeployment.Body] = [:]
    var schedules: [(String, String)] = []
    for served in deployments {
      var request = ApplyDeploymentRequest()
      request.namespace = environment.namespace
      request.deployment = served.deployment
      var pause = Duration.milliseconds(100)
      var applied: Deployment?
      while applied == nil {
        do {
          if served.keepsPause { request.deployment?.paused = try await isPaused(served, client) }
          applied = try await client.deployments.applyDeployment(request).deployment
        } catch let status as Status
          where status.code == .unavailable || status.code == .deadlineExceeded
        {
          try Task.checkCancellation()
          tell(.disconnected("\(status)"))
          try await Task.sleep(for: pause * Double.random(in: 0.5...1))
          pause = min(pause * 2, Self.longestPause)
        }
      }
      bodies[applied?.id ?? ""] = served.body
      schedules += (applied?.schedules ?? []).map { (served.path, $0.slug) }
    }
    return (bodies, schedules)
  }

  private func isPaused(_ served: ServedDeployment, _ client: Client) async throws -> Bool {
    do {
      let request = GetDeploymentRequest(
        namespace: environment.namespace, deployment: served.path)
      return try await client.deployments.getDeployment(request).deployment?.paused ?? false
    } catch let status as Status where status.code == .notFound { return false }
  }

  private func pause(_ schedules: [(deployment: String, slug: String)], _ client: Client) async {
    for schedule in schedules {
      var request = PauseDeploymentRequest()
      request.namespace = environment.namespace
      request.deployment = schedule.deployment
      request.schedule = schedule.slug
      // The worker has to end whether or not the server hears of it.
      _ = try? await client.deployments.pauseDeployment(
        request, options: CallOptions(timeout: Self.lastWords))
    }
  }

  /// Ends the session of what was abandoned, now that nothing is told of it any more, and has the worker forgotten.
  private func leave(_ identity: WorkerIdentity, isLosing: Bool) async {
    guard let client = try? Client(environment) else { return }
    defer { client.close() }
    let options = CallOptions(timeout: Self.lastWords)
    if isLosing {
      let hello = ConnectRequest.Hello(namespace: environment.namespace, worker: identity)
      guard let call = try? await client.workers.connect(options: options),
        (try? await call.requests.write(ConnectRequest(kind: .hello(hello)))) != nil,
        (try? await call.responses.next()) != nil,
        (try? await call.requests.write(ConnectRequest(kind: .goodbye(.init())))) != nil,
        (try? await call.finishRequests()) != nil
      else { return }
      while (try? await call.responses.next()) != nil {}
    }
    let request = DeleteWorkerRequest(
      namespace: environment.namespace, pool: identity.pool, name: identity.name)
    _ = try? await client.workers.deleteWorker(request, options: options)
  }
}
