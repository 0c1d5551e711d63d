// Decides what a server is made of and in which order its parts start and stop.

internal import Glibc
public import Logging
internal import MartletCall
internal import MartletEngine
internal import MartletHTTP
internal import MartletModel
internal import MartletPostgres
internal import MartletPrefect
internal import MartletProto
internal import MartletRPC
internal import MartletSeal
internal import MartletStore
internal import Metrics
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// A Martlet server.
public struct Server: Sendable {
  private let configuration: ServerConfiguration
  private let logger: Logger

  /// Makes a server; nothing is opened until `run`.
  public init(_ configuration: ServerConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Serves until SIGTERM or SIGINT, then finishes what is under way within the grace.
  ///
  /// - Throws: `StartupError` when it cannot start.
  public func run() async throws {
    let problems = configuration.problems()
    guard problems.isEmpty else { throw StartupError(problems.joined(separator: "\n")) }
    FreedMemory.giveBack()
    let metrics = RPCMetrics()
    let registry = MetricsRegistry(rpc: metrics)
    MetricsSystem.bootstrap(registry)
    let loops = configuration.eventLoops ?? max(1, System.coreCount / 2)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    let executors = LoopExecutorGroup(group)
    let readiness = Readiness()
    let tls = try TLSChoice.files(configuration)
    // The port first: a server that cannot have it must not touch the database.
    let front = FrontDoor()
    let listener: HTTPServer
    do {
      listener = try await HTTPServer.bind(
        to: .tcp(host: configuration.host, port: configuration.port), executors: executors,
        limits: limits(), tls: tls, upgrades: front.upgrades, logger: logger,
        handler: front)
    } catch {
      throw StartupError(error, configuration)
    }
    let database: Database
    let store: Store
    do {
      database = try await Database.open(configuration.database, logger: logger)
      do {
        try await database.migrate(logger: logger)
        var settings = Store.Settings()
        settings.writers = configuration.writers
        settings.readers = configuration.readers
        settings.timing.lateAfter = .seconds(Int64(configuration.lateAfterSeconds))
        store = Store(database.configuration, settings: settings, logger: logger)
        try await store.waitUntilConnected()
        try await store.createFirstPool(in: .standard)
      } catch {
        await database.close()
        throw error
      }
    } catch {
      await listener.shutdown(grace: .zero)
      throw StartupError(error, configuration)
    }
    var pace = EngineSettings()
    pace.historyDays = configuration.retentionDays
    pace.logDays = configuration.retentionDays
    pace.eventDays = configuration.retentionDays
    let engine = Engine(store, host: Self.processName, settings: pace, logger: logger)
    let sessions = SessionHub()
    let backend = Backend(
      store: store, feed: engine.feed, keeper: SessionKeeper(store, engine.beats),
      room: engine.room, limitWatch: engine.limitWatch, workers: engine.workers,
      sessions: sessions)
    let health = HealthState()
    let keys = KeyRing(path: configuration.blockKeyPath)
    let services = services(backend, keys, health)
    var rpc = rpc(metrics, registry, store, readiness, services)
    let prefect = prefectAPI(backend, keys, rpc)
    if let prefect {
      rpc.routes.mount(PrefectAPI.root, prefect)
      configuration.prefectPages?.mount(on: &rpc.routes)
    }
    front.open(RPCServer(services: services, configuration: rpc), prefect)
    gauges(registry, store, listener, sessions)
    readiness.isOpen = true
    health.set(.serving)
    logger.notice(
      "serving",
      metadata: [
        "address": "\(tls == nil ? "http" : "https")://\(listener.endpoint)",
        "version": "\(MartletVersion.current)",
        "database": "\(describe(database))",
      ])

    let grace = configuration.grace
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let performer = HandlerActions(
      backend: backend, blocks: BlockHandlers(backend: backend, keys: keys),
      client: OutgoingClient(allowsPrivate: configuration.automationPrivateAddresses == .on),
      things: ThingFacts(backend: backend, pages: configuration.pages))
    let actions = EngineContext(store, settings: pace, logger: logger)
    let program = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: engine.services.map { .init(service: $0) } + [
          .init(service: DirectiveRouter(store: store, sessions: sessions, logger: logger)),
          .init(service: ActionRunner(actions, .inner, performer: performer)),
          .init(service: ActionRunner(actions, .outgoing, performer: performer)),
          .init(
            service: Listening(
              listener: listener, feed: engine.feed, room: engine.room,
              limitWatch: engine.limitWatch, workers: engine.workers, sessions: sessions,
              readiness: readiness,
              health: health, grace: grace)),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], cancellationSignals: [], logger: quiet))
    let result: Result<Void, any Error>
    do { result = .success(try await program.run()) } catch { result = .failure(error) }
    await listener.shutdown(grace: .zero)
    await store.shutdown()
    await database.close()
    try? await group.shutdownGracefully()
    logger.notice("stopped")
    try result.get()
  }

  /// The bounds of the listener, as far as the limit of open files allows them.
  private func limits() -> HTTPLimits {
    var limits = configuration.limits
    guard let files = OpenFiles.raise(for: limits.connections) else { return limits }
    limits.connections = OpenFiles.connections(limits.connections, openFiles: files)
    if limits.connections < configuration.limits.connections {
      logger.warning(
        "fewer connections than asked for: the hard limit of open files (ulimit -Hn) is too low",
        metadata: [
          "open-files": "\(files)", "max-connections": "\(limits.connections)",
          "asked": "\(configuration.limits.connections)",
        ])
    }
    return limits
  }

  private func services(
    _ backend: Backend, _ keys: KeyRing, _ health: HealthState
  ) -> [any RPCService] {
    var info = GetServerInfoResponse()
    info.version = MartletVersion.current
    info.schemaVersion = Int32(Schema.migrations.last?.number ?? 0)
    info.maxMessageSize = Int64(configuration.maxMessageSize)
    info.maxBatchSize = Int32(ReportFrame.limit)
    info.defaultLease = SessionLease.standard.duration
    info.startTime = Instant.wallClock.timestamp
    let own: [any RPCService] = [
      RunHandlers(backend: backend), ReportHandlers(backend: backend),
      FlowHandlers(backend: backend), LogHandlers(backend: backend),
      ArtifactHandlers(backend: backend), LimitHandlers(backend: backend),
      ResultHandlers(backend: backend, largestResult: configuration.maxResultSize),
      EventHandlers(backend: backend), VariableHandlers(backend: backend),
      InputHandlers(backend: backend), BlockHandlers(backend: backend, keys: keys),
      AutomationHandlers(backend: backend, pages: configuration.pages),
      PoolHandlers(backend: backend), WorkerHandlers(backend: backend),
      DeploymentHandlers(backend: backend),
      SystemHandlers(backend: backend, info: info),
    ]
    let described = own + [HealthService(health)]
    let reflection = ReflectionService(describing: described)
    return described + [reflection, ReflectionAlphaService(reflection)]
  }

  private func rpc(
    _ metrics: RPCMetrics, _ registry: MetricsRegistry, _ store: Store, _ readiness: Readiness,
    _ services: [any RPCService]
  ) -> RPCServer.Configuration {
    var rpc = RPCServer.Configuration(logger: logger)
    if configuration.tlsClientAuthorities != nil {
      rpc.access = CertificateAuthenticator.policy(services)
      rpc.origins.allowsAnyHost = true
    }
    rpc.sizes.received = configuration.maxMessageSize
    rpc.origins.allowedHosts = Set(configuration.allowedHosts.map { $0.lowercased() })
    rpc.origins.allowedOrigins = Set(configuration.allowedOrigins)
    if !["127.0.0.1", "::1", "localhost"].contains(configuration.host) {
      rpc.origins.allowedHosts.insert(configuration.host.lowercased())
    }
    rpc.metrics = metrics
    rpc.routes = PlainPages.routes(registry: registry, store: store, readiness: readiness)
    return rpc
  }

  /// Prefect's API, on the same services and under the same rules; nil when it is off.
  private func prefectAPI(
    _ backend: Backend, _ keys: KeyRing, _ rpc: RPCServer.Configuration
  ) -> PrefectAPI? {
    guard configuration.prefectAPI == .on else { return nil }
    return PrefectAPI(
      services: PrefectAPI.Services(
        runs: RunHandlers(backend: backend), reports: ReportHandlers(backend: backend),
        flows: FlowHandlers(backend: backend), logs: LogHandlers(backend: backend),
        events: EventHandlers(backend: backend), variables: VariableHandlers(backend: backend),
        limits: LimitHandlers(backend: backend), artifacts: ArtifactHandlers(backend: backend),
        inputs: InputHandlers(backend: backend),
        blocks: BlockHandlers(backend: backend, keys: keys),
        automations: AutomationHandlers(backend: backend),
        deployments: DeploymentHandlers(backend: backend), pools: PoolHandlers(backend: backend),
        workers: WorkerHandlers(backend: backend)),
      policy: PrefectAPI.Policy(
        access: rpc.access, origins: rpc.origins, limits: rpc.limits,
        maxBody: configuration.maxMessageSize),
      logger: logger)
  }

  private static var processName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return "\(host)/\(getpid())"
  }

  private func describe(_ database: Database) -> String {
    switch configuration.database {
    case .privateCluster(let directory): "private, in \(directory)"
    case .url: database.configuration.redactedDescription
    }
  }

  private func gauges(
    _ registry: MetricsRegistry, _ store: Store, _ listener: HTTPServer, _ sessions: SessionHub
  ) {
    registry.gauge("martlet_connections", "Connections open now.") {
      Double(listener.statistics.openConnections)
    }
    registry.gauge("martlet_streams", "HTTP exchanges open now.") {
      Double(listener.statistics.openStreams)
    }
    registry.gauge("martlet_commands_waiting", "Commands that wait for a writer.") {
      Double(store.transitions.load.waiting)
    }
    registry.gauge("martlet_writers_connected", "Writers with a database connection.") {
      Double(store.transitions.load.connected)
    }
    registry.gauge("martlet_sessions_listening", "Sessions with a report stream here.") {
      Double(sessions.listening.count)
    }
  }
}
