// Decides how a program reaches a server: one channel, a typed client a service.

public import MartletHTTP
public import MartletProto
public import MartletRPC
internal import NIOPosix

/// A server, seen from a program.
public final class Client: Sendable {
  /// The road to the server.
  public let channel: RPCChannel
  /// Runs.
  public let runs: RunServiceClient
  /// Reports about runs.
  public let reports: ReportServiceClient
  /// Flows.
  public let flows: FlowServiceClient
  /// Logs.
  public let logs: LogServiceClient
  /// Artifacts.
  public let artifacts: ArtifactServiceClient
  /// Limits and leases of their slots.
  public let limits: LimitServiceClient
  /// Work pools and their queues.
  public let pools: PoolServiceClient
  /// Results and their cache.
  public let results: ResultServiceClient
  /// Events.
  public let events: EventServiceClient
  /// Variables.
  public let variables: VariableServiceClient
  /// Inputs of runs.
  public let inputs: InputServiceClient
  /// Blocks, their types and their schemas.
  public let blocks: BlockServiceClient
  /// What is done when something happens.
  public let automations: AutomationServiceClient
  /// Deployments.
  public let deployments: DeploymentServiceClient
  /// Workers.
  public let workers: WorkerServiceClient
  /// The server about itself.
  public let system: SystemServiceClient

  // One thread serves every connection of a program, for as long as it lives.
  private static let loops = LoopExecutorGroup(MultiThreadedEventLoopGroup(numberOfThreads: 1))

  /// Names a server; connects with the first call.
  ///
  /// - Parameters:
  ///   - address: such as `http://127.0.0.1:4200`, or several replicas' with commas between them.
  ///   - tls: how TLS is spoken where the address begins with `https`.
  ///   - key: what is sent with every call to say who asks; empty for nothing.
  /// - Throws: `AddressError` when the address is not one.
  public init(
    address: String, tls: ClientTLS = ClientTLS(), key: String = ""
  ) throws(AddressError) {
    let address = try ServerAddress(address)
    var configuration = RPCChannel.Configuration()
    configuration.tls = address.isSecure ? tls : nil
    configuration.authorization = key.isEmpty ? nil : "Bearer \(key)"
    // Whoever calls decides how often to try; a machine that is gone without a word is noticed within a lease.
    configuration.reconnect = Backoff(maximum: .seconds(1))
    configuration.limits.keepaliveInterval = .seconds(15)
    configuration.limits.keepaliveTimeout = .seconds(10)
    channel = RPCChannel(
      to: address.endpoints, on: Self.loops.next(), configuration: configuration)
    runs = RunServiceClient(channel: channel)
    reports = ReportServiceClient(channel: channel)
    flows = FlowServiceClient(channel: channel)
    logs = LogServiceClient(channel: channel)
    artifacts = ArtifactServiceClient(channel: channel)
    limits = LimitServiceClient(channel: channel)
    pools = PoolServiceClient(channel: channel)
    results = ResultServiceClient(channel: channel)
    events = EventServiceClient(channel: channel)
    variables = VariableServiceClient(channel: channel)
    inputs = InputServiceClient(channel: channel)
    blocks = BlockServiceClient(channel: channel)
    automations = AutomationServiceClient(channel: channel)
    deployments = DeploymentServiceClient(channel: channel)
    workers = WorkerServiceClient(channel: channel)
    system = SystemServiceClient(channel: channel)
  }

  /// Names the server of an environment.
  ///
  /// - Throws: `AddressError`; `ProfileError` when the user's profile could not be read.
  public convenience init(_ environment: RunEnvironment) throws {
    if let problem = environment.profileProblem { throw problem }
    try self.init(address: environment.address, tls: environment.tls, key: environment.key)
  }

  /// Closes the connections; calls under way fail.
  public func close() { channel.close() }
}
