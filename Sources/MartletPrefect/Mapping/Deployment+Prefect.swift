// Decides how deployments cross. What Martlet's deployments have no place for is kept with them; see `DeploymentNote`.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletProto.Deployment {
  /// The deployment that Prefect's client asks for.
  ///
  /// - Parameter body: the same, as it came.
  init(
    _ asked: Shape.DeploymentCreate, of flow: MartletProto.Flow, body: JSON
  ) throws {
    self.init()
    self.flow = flow.name
    name = asked.name
    description = asked.description ?? ""
    paused = asked.paused ?? false
    concurrencyLimit = Int32(clamping: asked.concurrencyLimit ?? 0)
    collisionStrategy = asked.concurrencyOptions?.collisionStrategy.martlet ?? .enqueue
    schedules = try (asked.schedules ?? []).map { try Schedule($0) }
    var spec = MartletProto.DeploymentSpec()
    spec.versionName = asked.version ?? asked.versionInfo?.version ?? ""
    spec.pool = asked.workPoolName ?? ""
    spec.queue = asked.workPoolName == nil ? "" : asked.workQueueName ?? ""
    spec.jobVariables = asked.jobVariables?.members.map { JSONObject($0) }
    spec.parameters = asked.parameters?.members.map { JSONObject($0) }
    spec.parameterSchema = asked.parameterOpenapiSchema?.members.map { JSONObject($0) }
    spec.allowAnyParameters = !(asked.enforceParameterSchema ?? true)
    spec.tags = asked.tags ?? []
    spec.runLabels = (asked.labels ?? [:]).texts
    RunLabel.flowID.set(flow.id, in: &spec.runLabels)
    var note = DeploymentNote()
    note.take(body)
    note.put(into: &spec)
    self.spec = spec
  }

  /// Takes what is said of it; what is not said stays.
  mutating func take(_ asked: Shape.DeploymentUpdate, body: JSON) throws {
    if let description = asked.description { self.description = description }
    if let paused = asked.paused { self.paused = paused }
    if body["concurrency_limit"] != nil {
      concurrencyLimit = Int32(clamping: asked.concurrencyLimit ?? 0)
    }
    if let options = asked.concurrencyOptions {
      collisionStrategy = options.collisionStrategy.martlet
    }
    if let schedules = asked.schedules { try take(schedules) }
    var spec = self.spec ?? MartletProto.DeploymentSpec()
    if let version = asked.version { spec.versionName = version }
    if let pool = asked.workPoolName { spec.pool = pool }
    if let queue = asked.workQueueName, !spec.pool.isEmpty { spec.queue = queue }
    if let variables = asked.jobVariables?.members { spec.jobVariables = JSONObject(variables) }
    if let parameters = asked.parameters?.members { spec.parameters = JSONObject(parameters) }
    if let schema = asked.parameterOpenapiSchema?.members {
      spec.parameterSchema = JSONObject(schema)
    }
    if let enforces = asked.enforceParameterSchema { spec.allowAnyParameters = !enforces }
    if let tags = asked.tags { spec.tags = tags }
    var note = DeploymentNote(spec)
    note.take(body)
    // A deployment of Martlet's own workers stays one unless it is said what Prefect is to run.
    if spec.workerLabels == DeploymentNote.workerLabels || note["entrypoint"] != nil {
      note.put(into: &spec)
    }
    self.spec = spec
  }

  /// With slugs, each is a schedule that there is, or a new one; without, they are all there are.
  private mutating func take(_ asked: [Shape.DeploymentScheduleUpdate]) throws {
    let isBySlug = !asked.isEmpty && asked.allSatisfy { $0.slug != nil }
    var all = isBySlug ? schedules : []
    for update in asked {
      let slug = update.replaces ?? update.slug
      if let place = all.firstIndex(where: { $0.slug == slug }) {
        try all[place].take(update)
      } else if update.schedule != nil {
        var schedule = MartletProto.Schedule()
        schedule.catchUp = CatchUpPolicy(choice: .none)
        try schedule.take(update)
        all.append(schedule)
      } else {
        throw PrefectFailure(
          422, "Unable to create new deployment schedules without a schedule configuration.")
      }
    }
    schedules = all
  }
}

extension Shape.ConcurrencyLimitStrategy {
  /// What becomes of a run that finds its deployment full.
  fileprivate var martlet: MartletProto.CollisionStrategy {
    self == .cancelNew ? .cancelNew : .enqueue
  }
}

extension Shape.DeploymentResponse {
  /// A deployment as it is now.
  ///
  /// - Parameter queue: the queue that its runs wait in; nil for programs that serve it in place.
  init(
    _ deployment: MartletProto.Deployment, flowID: UUIDValue, queue: MartletProto.Queue?,
    isReady: Bool?
  ) throws {
    guard let id = UUIDValue(text: deployment.id) else {
      throw PrefectFailure(500, "\(deployment.id) is no UUID")
    }
    let spec = deployment.spec ?? MartletProto.DeploymentSpec()
    let note = DeploymentNote(spec)
    self.init(id: id, name: deployment.name, flowID: flowID)
    created = deployment.createTime.map(Instant.init)
    updated = deployment.updateTime.map(Instant.init)
    version = spec.versionName.isEmpty ? nil : spec.versionName
    description = deployment.description.isEmpty ? nil : deployment.description
    paused = deployment.paused ?? false
    schedules = try deployment.schedules.map { schedule throws(PrefectFailure) in
      try Shape.DeploymentSchedule(schedule, of: deployment)
    }
    if deployment.concurrencyLimit > 0 {
      var limit = Shape.GlobalConcurrencyLimitResponse(
        id: .derived(from: ["prefect deployment limit", deployment.id]),
        name: "deployment:\(deployment.id)", limit: Int(deployment.concurrencyLimit),
        activeSlots: 0)
      limit.created = created
      limit.updated = updated
      limit.active = true
      limit.slotDecayPerSecond = 0
      globalConcurrencyLimit = limit
    }
    concurrencyOptions = note["concurrency_options"].flatMap {
      try? Shape.ConcurrencyOptions($0, at: [])
    }
    jobVariables = spec.jobVariables?.plain ?? .object([])
    parameters = spec.parameters?.plain ?? .object([])
    tags = spec.tags
    labels = note["labels"].flatMap { try? [String: JSON]($0, at: []) } ?? [:]
    labels?[RunLabel.flowID.rawValue] = .text(flowID.text)
    workQueueName = spec.pool.isEmpty ? nil : queue?.name ?? spec.queue
    workQueueID = queue.flatMap { UUIDValue(text: $0.id) }
    workPoolName = spec.pool.isEmpty ? nil : spec.pool
    parameterOpenapiSchema = spec.parameterSchema?.plain ?? .object([])
    path = note["path"]?.text
    pullSteps = note["pull_steps"].flatMap { try? [JSON]($0, at: []) } ?? []
    if case .entrypoint(let text)? = spec.executable { entrypoint = text }
    entrypoint = note["entrypoint"]?.text ?? entrypoint
    storageDocumentID = note["storage_document_id"].flatMap { try? UUIDValue($0, at: []) }
    infrastructureDocumentID = note["infrastructure_document_id"].flatMap {
      try? UUIDValue($0, at: [])
    }
    status = isReady == true ? .ready : .notReady
    enforceParameterSchema = !spec.allowAnyParameters
  }
}

extension JSON {
  /// The members of an object; nil for anything else.
  var members: JSONMembers? {
    if case .object(let members) = self { members } else { nil }
  }
}
