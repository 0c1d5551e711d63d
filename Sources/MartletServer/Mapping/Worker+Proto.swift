// Decides how workers, offers and ends of executors cross the contract.

internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension MartletStore.WorkerIdentity {
  /// Who a worker says it is; its bounds are checked when it comes.
  init(_ worker: MartletProto.WorkerIdentity, _ field: String) throws(InvalidValue) {
    self.init(
      name: worker.name,
      sessionID: try SessionID(required: worker.session?.id ?? "", "\(field).session.id"),
      version: worker.version, host: worker.host, labels: worker.labels, queues: worker.queues,
      deployments: worker.deployments)
  }
}

extension MartletProto.Worker {
  /// A worker as it is stored.
  init(_ worker: MartletStore.Worker, credit: Int?) {
    self.init()
    id = worker.id.description
    namespace = worker.namespace.name
    var identity = MartletProto.WorkerIdentity()
    identity.pool = worker.pool
    identity.name = worker.identity.name
    identity.type = worker.type
    identity.version = worker.identity.version
    identity.host = worker.identity.host
    identity.labels = worker.identity.labels
    identity.queues = worker.identity.queues
    identity.deployments = worker.identity.deployments
    identity.session = MartletProto.Session(id: worker.identity.sessionID.description)
    self.identity = identity
    online = worker.isOnline
    draining = worker.isDraining
    runs = Int32(clamping: worker.runs)
    self.credit = Int32(clamping: credit ?? 0)
    lastSeenTime = worker.seenTime.timestamp
    createTime = worker.createTime.timestamp
  }
}

extension MartletProto.Offer {
  /// An offer on its way to a worker.
  init(_ offer: RunOffer) {
    self.init()
    run = Run(offer.record)
    epoch = offer.epoch
    expireTime = offer.expireTime.timestamp
    switch offer.launch {
    case .process(let process):
      var launch = MartletProto.ProcessLaunch()
      launch.command = process.command
      launch.entrypoint = process.entrypoint
      launch.pullSteps = offer.spec.pullSteps.map(MartletProto.PullStep.init)
      launch.environment = process.environment
      launch.workingDirectory = process.workingDirectory
      launch.grace = process.grace.duration
      launch.outputLimit = process.outputLimit
      launch.streamOutput = process.streamsOutput
      self.launch = LaunchSpec(kind: .process(launch))
    case .job(let job):
      launch = LaunchSpec(kind: .job(JSONObject(stored: job.description) ?? [:]))
    case .served: launch = LaunchSpec()
    }
  }
}

extension ExecutorExit {
  /// How an executor has ended.
  init(_ exited: Exited, _ field: String) throws(InvalidValue) {
    self.init(
      runID: try RunID(required: exited.runID, "\(field).run_id"), epoch: exited.epoch,
      sessionID: try SessionID(optional: exited.sessionID, "\(field).session_id"),
      exitCode: exited.exitCode, signal: exited.signal,
      message: String(exited.message.unicodeScalars.filter { $0 != "\0" }.prefix(4000)))
  }
}
