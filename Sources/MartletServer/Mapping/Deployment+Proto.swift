// Decides how deployments cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension DeploymentContent {
  /// What a client asks for; output-only fields are ignored.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(_ deployment: MartletProto.Deployment, _ field: String) throws(InvalidValue) {
    self.init(flow: deployment.flow, name: deployment.name)
    description = deployment.description
    labels = deployment.labels
    isPaused = deployment.paused ?? false
    spec = try MartletModel.DeploymentSpec(deployment.spec ?? .init(), "\(field).spec")
    schedules = try ScheduleSpec.all(deployment.schedules, "\(field).schedules")
    concurrencyLimit = deployment.concurrencyLimit == 0 ? nil : deployment.concurrencyLimit
    collision = try MartletModel.CollisionStrategy(
      deployment.collisionStrategy, "\(field).collision_strategy")
  }
}

extension MartletModel.DeploymentSpec {
  /// What a client asks for.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(_ spec: MartletProto.DeploymentSpec, _ field: String) throws(InvalidValue) {
    self.init()
    versionName = spec.versionName
    pool = spec.pool
    queue = spec.queue
    workerLabels = spec.workerLabels
    switch spec.executable {
    case .entrypoint(let text): executable = .entrypoint(text)
    case .shell(let text): executable = .shell(text)
    case .command(let vector): executable = .command(vector.arguments)
    case nil: executable = nil
    }
    image = spec.image
    for (index, step) in spec.pullSteps.enumerated() {
      pullSteps.append(try MartletModel.PullStep(step, "\(field).pull_steps[\(index)]"))
    }
    jobVariables = try JSONMembers(spec.jobVariables ?? [:], "\(field).job_variables")
    parameters = try JSONMembers(spec.parameters ?? [:], "\(field).parameters")
    if let schema = spec.parameterSchema {
      parameterSchema = try JSONMembers(schema, "\(field).parameter_schema")
    }
    allowsAnyParameters = spec.allowAnyParameters
    tags = spec.tags
    runLabels = spec.runLabels
    if let policy = spec.retry {
      retry = try MartletModel.RetryPolicy(policy, "\(field).retry")
    }
    timeout = spec.timeout.map(Interval.init)
    if let policy = spec.loss { loss = try MartletModel.LossPolicy(policy, "\(field).loss") }
    for (index, limit) in spec.limits.enumerated() {
      limits.append(try SlotNeed(limit, "\(field).limits[\(index)]"))
    }
    annotations = try JSONMembers(spec.annotations ?? [:], "\(field).annotations")
  }
}

extension MartletProto.DeploymentSpec {
  /// What a version says.
  init(_ spec: MartletModel.DeploymentSpec) {
    self.init()
    versionName = spec.versionName
    pool = spec.pool
    queue = spec.queue
    workerLabels = spec.workerLabels
    switch spec.executable {
    case .entrypoint(let text): executable = .entrypoint(text)
    case .shell(let text): executable = .shell(text)
    case .command(let arguments): executable = .command(.init(arguments: arguments))
    case nil: executable = nil
    }
    image = spec.image
    pullSteps = spec.pullSteps.map(MartletProto.PullStep.init)
    jobVariables = JSONObject(stored: spec.jobVariables.text)
    parameters = JSONObject(stored: spec.parameters.text)
    parameterSchema = spec.parameterSchema.map { JSONObject(stored: $0.text) ?? [:] }
    allowAnyParameters = spec.allowsAnyParameters
    tags = spec.tags
    runLabels = spec.runLabels
    retry = spec.retry?.proto
    timeout = spec.timeout?.duration
    loss = spec.loss.proto
    limits = spec.limits.map(\.proto)
    let kept = spec.annotations
    annotations = kept.count == 0 ? nil : JSONObject(stored: kept.text)
  }
}

extension MartletProto.Deployment {
  /// A deployment as it is stored.
  init(_ deployment: MartletStore.Deployment) {
    self.init()
    let content = deployment.content
    id = deployment.id.description
    namespace = deployment.namespace.name
    flow = content.flow
    name = content.name
    description = content.description
    labels = content.labels
    paused = content.isPaused
    spec = .init(content.spec)
    schedules = deployment.schedules.map {
      MartletProto.Schedule($0, now: deployment.readTime)
    }
    concurrencyLimit = content.concurrencyLimit ?? 0
    collisionStrategy = content.collision == .enqueue ? .enqueue : .cancelNew
    version = deployment.version
    etag = "\(deployment.etag)"
    createTime = deployment.createTime.timestamp
    updateTime = deployment.updateTime.timestamp
    createdBy = deployment.createdBy
    updatedBy = deployment.updatedBy
  }

  /// A deployment that is not kept, without what only one that is kept has.
  func trial(isNew: Bool) -> MartletProto.Deployment {
    var deployment = self
    deployment.etag = ""
    for index in deployment.schedules.indices { deployment.schedules[index].id = "" }
    if isNew { deployment.id = "" }
    return deployment
  }
}

extension MartletProto.DeploymentVersion {
  /// A version as it is stored.
  init(_ version: MartletStore.DeploymentVersion) {
    self.init()
    number = version.number
    spec = .init(version.spec)
    createTime = version.createTime.timestamp
    createdBy = version.createdBy
    current = version.isCurrent
  }
}

extension MartletModel.CollisionStrategy {
  /// A strategy of the contract.
  init(
    _ strategy: MartletProto.CollisionStrategy, _ field: String
  ) throws(InvalidValue) {
    switch strategy {
    case .unspecified, .enqueue: self = .enqueue
    case .cancelNew: self = .cancelNew
    case .unrecognized(let number):
      throw InvalidValue(field, "is \(number), which this server does not know")
    }
  }
}

extension JSONMembers {
  /// An object of the contract.
  init(_ object: JSONObject, _ field: String) throws(InvalidValue) {
    guard let members = JSONMembers(text: try object.jsonText(field)) else {
      throw InvalidValue(field, "is no JSON object")
    }
    self = members
  }
}
