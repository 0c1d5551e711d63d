// Decides what Prefect's API is made of: Martlet's own services, asked as any caller asks them, and nothing beside them.

public import Logging
internal import MartletCall
public import MartletHTTP
internal import MartletModel
public import MartletProto
public import MartletRPC
internal import NIOCore
internal import Synchronization

/// Prefect's REST API and WebSockets on Martlet's services. It translates; it decides nothing about runs.
public final class PrefectAPI: HTTPHandler {
  /// The services that everything ends in.
  public struct Services: Sendable {
    let runs: any RunService
    let reports: any ReportService
    let flows: any FlowService
    let logs: any LogService
    let events: any EventService
    let variables: any VariableService
    let limits: any LimitService
    let artifacts: any ArtifactService
    let inputs: any InputService
    let blocks: any BlockService
    let automations: any AutomationService
    let deployments: any DeploymentService
    let pools: any PoolService
    let workers: any WorkerService

    /// Takes the services of a server.
    public init(
      runs: any RunService, reports: any ReportService, flows: any FlowService,
      logs: any LogService, events: any EventService, variables: any VariableService,
      limits: any LimitService, artifacts: any ArtifactService, inputs: any InputService,
      blocks: any BlockService, automations: any AutomationService,
      deployments: any DeploymentService, pools: any PoolService, workers: any WorkerService
    ) {
      self.runs = runs
      self.reports = reports
      self.flows = flows
      self.logs = logs
      self.events = events
      self.variables = variables
      self.limits = limits
      self.artifacts = artifacts
      self.inputs = inputs
      self.blocks = blocks
      self.automations = automations
      self.deployments = deployments
      self.pools = pools
      self.workers = workers
    }
  }

  /// Who may call and how much, the same as for Martlet's own calls.
  public struct Policy: Sendable {
    /// Who calls.
    public var access: AccessPolicy
    /// Which hosts and origins may open WebSockets; for requests the server has looked already.
    public var origins: OriginPolicy
    /// How many requests may run at once.
    public var limits: CallLimits
    /// The longest body, in bytes.
    public var maxBody: Int
    /// How long a request may take to come; nil for ever.
    public var bodyTimeout: Duration?

    /// Makes a policy.
    public init(
      access: AccessPolicy, origins: OriginPolicy, limits: CallLimits = CallLimits(), maxBody: Int,
      bodyTimeout: Duration? = DeadlinePolicy().bodyTimeout
    ) {
      self.access = access
      self.origins = origins
      self.limits = limits
      self.maxBody = maxBody
      self.bodyTimeout = bodyTimeout
    }
  }

  /// Where everything is served.
  public static let root = "/api"
  /// The release of Prefect whose API this is.
  static let release = "3.9.1"
  /// The version that Prefect calls that API.
  static let apiVersion = "0.8.4"
  /// How long a request may take.
  private static let timeout = Duration.seconds(60)

  let services: Services
  let policy: Policy
  let logger: Logger
  let systemBlocks = SystemBlocks()
  let taskWorkers = TaskWorkers()
  private let routes = Routes()
  private let running = Atomic<Int>(0)

  /// Makes the API.
  public init(services: Services, policy: Policy, logger: Logger) {
    self.services = services
    self.policy = policy
    self.logger = logger
  }

  /// Takes a request; see `HTTPHandler`.
  public func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    let path = head.path.prefix { $0 != "?" }.dropFirst(Self.root.count)
    let (_, count) = running.add(1, ordering: .relaxed)
    let refused: PrefectFailure? =
      count <= policy.limits.concurrentCalls
      ? nil
      : PrefectFailure(
        429, "More than \(policy.limits.concurrentCalls) requests are running.",
        retryAfter: policy.limits.retryAfter)
    let match = routes.find(head.method, String(path))
    let peer = stream.peer
    return PrefectExchange(
      on: stream, policy: policy,
      release: { [self] in running.subtract(1, ordering: .relaxed) }
    ) { [self] body in
      if let refused { throw refused }
      return try await answer(match, head, body, from: peer)
    }
  }

  private func answer(
    _ match: Routes.Match, _ head: HTTPRequestHead, _ body: JSON, from peer: HTTPPeer
  ) async throws -> PrefectResponse {
    switch match {
    case .nothing: throw PrefectFailure(404, "Not Found")
    case .otherMethods: throw PrefectFailure(405, "Method Not Allowed")
    case .operation(let operation, let parameters):
      let context = try await context(
        authorization: head.fields["authorization"], peer: peer, deadline: .now + Self.timeout)
      switch operation.coverage {
      case .served(let endpoint):
        return try await endpoint(
          self,
          PrefectRequest(
            operation: operation, parameters: parameters, query: Routes.query(head.path),
            body: body, context: context))
      case .missing(let reason):
        throw PrefectFailure(
          501, "Martlet does not serve \(operation.method) \(operation.path): \(reason).")
      }
    }
  }

  /// What Martlet's services are told of a caller.
  ///
  /// - Throws: `Status` when the caller is not known.
  func context(
    authorization: String?, peer: HTTPPeer, deadline: ContinuousClock.Instant? = nil
  ) async throws(Status) -> CallContext {
    let principal = try await policy.access.principal(
      of: Credentials(authorization: authorization, peer: peer))
    return CallContext(
      method: Self.method, deadline: deadline, principal: principal, peer: peer.address)
  }

  /// What stands for every operation where Martlet's services would have a method of their own.
  private static let method = MethodDescriptor(
    service: "prefect", name: "request", kind: .unary, idempotency: .unknown, requestType: "",
    responseType: "")
}
