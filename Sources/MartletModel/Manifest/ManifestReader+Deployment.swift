// Decides how a deployment is read. Prefect's words and ours stand side by side; where both shapes of Prefect say the
// same thing, the one inside the deployment wins over the one at the top of the file.

extension ManifestReader {
  private static let deploymentKeys =
    [
      "name", "flow", "flow_name", "entrypoint", "command", "pool", "work_pool", "work_pool_name",
      "queue", "work_queue_name", "job_variables", "infra_overrides", "parameters",
      "parameter_schema", "parameter_openapi_schema", "enforce_schema", "enforce_parameter_schema",
      "schedule", "schedules", "is_schedule_active", "paused", "build", "push", "pull",
      "concurrency", "concurrency_limit", "version", "description", "tags", "labels", "triggers",
      "sla", "image", "worker_labels", "timeout", "timeout_seconds",
    ] + runPolicyKeys

  /// Reads a deployment.
  func deployment(
    _ written: ManifestValue, below root: ManifestValue, _ commonPool: ManifestValue?,
    _ notes: inout ManifestNotes
  ) -> DeploymentManifest? {
    let known = Self.deploymentKeys + written.names.filter { $0.hasPrefix("x-") }
    guard notes.object(written, known, called: "a deployment") else { return nil }
    // What is done on a worker is filled in there, or in its own way.
    let pull = written.member("pull") ?? root.member("pull")
    let value = context.filled(written.without("pull", "build", "push"), &notes)
    guard let name = notes.text(value.member("name")) else {
      if value.member("name") == nil { notes.refuse(value.place, "has no name: give it one") }
      return nil
    }
    if name.contains("/") {
      notes.refuse(value.place.appending(.name("name")), "has a slash, which parts flow and name")
    }
    var deployment = DeploymentManifest(name: name)
    deployment.flow = notes.text(value.member("flow", "flow_name"))
    deployment.work = work(value, &notes)
    readPool(value, commonPool, into: &deployment, &notes)
    deployment.parameters = notes.members(value.member("parameters"))
    readSchema(value, into: &deployment, &notes)
    deployment.schedules = schedules(value, &notes)
    deployment.pull = pull.map { pullSteps($0, of: name, &notes) }
    readConcurrency(value.member("concurrency", "concurrency_limit"), into: &deployment, &notes)
    deployment.version = notes.text(value.member("version"))
    deployment.description = notes.text(value.member("description"))
    deployment.tags = notes.texts(value.member("tags"))
    deployment.labels = labels(value.member("labels"), &notes)
    deployment.image = notes.text(value.member("image"))
    deployment.workerLabels = labels(value.member("worker_labels"), &notes)
    deployment.timeout = notes.interval(value.member("timeout", "timeout_seconds"))
    deployment.runs = runPolicy(value, &notes)
    deployment.isPaused = notes.bool(value.member("paused"))
    if let isActive = notes.bool(value.member("is_schedule_active")), deployment.isPaused == nil {
      deployment.isPaused = !isActive
    }
    if let triggers = value.member("triggers"), triggers.json != .array([]) {
      notes.warn(triggers.place, "is left out: make it with AutomationService/CreateAutomation")
    }
    if let sla = value.member("sla") { notes.warn(sla.place, "is left out: it is not kept") }
    return deployment
  }

  private func work(
    _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> DeploymentManifest.Work? {
    let (entrypoint, command) = (value.member("entrypoint"), value.member("command"))
    if entrypoint != nil, let command {
      notes.refuse(command.place, "stands beside an entrypoint: give one of them")
      return nil
    }
    if let command {
      if case .array = command.json {
        guard let words = notes.texts(command), !words.isEmpty else {
          notes.refuse(command.place, "is empty")
          return nil
        }
        return .command(words)
      }
      return notes.text(command).map { .script($0) }
    }
    guard let entrypoint, let text = notes.text(entrypoint) else { return nil }
    if let known = ManifestEntrypoint(text) { return .entrypoint(known.text) }
    notes.refuse(entrypoint.place, ManifestEntrypoint.form)
    return nil
  }

  /// `work_pool: {name, work_queue_name, job_variables}`, `work_pool_name:`, or `pool:`.
  private func readPool(
    _ value: ManifestValue, _ common: ManifestValue?, into deployment: inout DeploymentManifest,
    _ notes: inout ManifestNotes
  ) {
    let own = value.member("work_pool")
    for pool in [own, common].compactMap(\.self) {
      if case .string = pool.json {
        deployment.pool = deployment.pool ?? notes.text(pool)
        continue
      }
      guard notes.object(pool, Self.poolReferenceKeys, called: "a work pool") else { continue }
      deployment.pool = deployment.pool ?? notes.text(pool.member("name"))
      deployment.queue = deployment.queue ?? notes.text(pool.member("work_queue_name", "queue"))
      let variables = notes.members(pool.member("job_variables"))
      deployment.jobVariables = deployment.jobVariables ?? variables
    }
    deployment.pool = notes.text(value.member("pool", "work_pool_name")) ?? deployment.pool
    deployment.queue = notes.text(value.member("queue", "work_queue_name")) ?? deployment.queue
    deployment.jobVariables =
      notes.members(value.member("job_variables", "infra_overrides")) ?? deployment.jobVariables
  }

  private func readSchema(
    _ value: ManifestValue, into deployment: inout DeploymentManifest, _ notes: inout ManifestNotes
  ) {
    if let schema = value.member("parameter_schema", "parameter_openapi_schema") {
      do {
        _ = try Schema(schema.json)
        deployment.parameterSchema = schema.json
      } catch {
        notes.refuse(schema.place, "is no JSON schema: \(error)")
      }
    }
    deployment.enforcesSchema = notes.bool(
      value.member("enforce_schema", "enforce_parameter_schema"))
  }

  private func readConcurrency(
    _ value: ManifestValue?, into deployment: inout DeploymentManifest,
    _ notes: inout ManifestNotes
  ) {
    guard let value else { return }
    guard case .object = value.json else {
      deployment.concurrencyLimit = notes.integer(value, 0...Int(Int32.max))
      return
    }
    let keys = [
      "limit", "concurrency_limit", "collision_strategy", "on_collision", "grace_period_seconds",
    ]
    guard notes.object(value, keys, called: "a concurrency limit") else { return }
    deployment.concurrencyLimit = notes.integer(
      value.member("limit", "concurrency_limit"), 0...Int(Int32.max))
    deployment.collision = notes.word(
      value.member("on_collision", "collision_strategy"),
      DeploymentManifest.Collision.allCases.map { ($0.rawValue, $0) })
    if let grace = value.member("grace_period_seconds") {
      notes.warn(grace.place, "is left out: a slot is taken before the process starts")
    }
  }

  /// Names and texts.
  func labels(
    _ value: ManifestValue?, _ notes: inout ManifestNotes
  ) -> [String: String]? {
    guard let value, notes.members(value) != nil else { return nil }
    var labels: [String: String] = [:]
    for name in value.names {
      if let text = notes.text(value.member(name)) { labels[name] = text }
    }
    return labels
  }
}

extension ManifestValue {
  /// The value without some members.
  fileprivate func without(_ names: String...) -> ManifestValue {
    guard case .object(let members) = json else { return self }
    var rest = JSONMembers()
    for name in members.names where !names.contains(name.text) {
      rest.set(name, to: members[name] ?? .null)
    }
    return ManifestValue(json: .object(rest), place: place)
  }
}
