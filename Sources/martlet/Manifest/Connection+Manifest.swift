// Decides how declared things are read from a server and made there: each by what it is over what is there, guarded by
// its etag against others who change it meanwhile.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

extension Connection {
  /// A deployment; nil when there is none.
  func declaredDeployment(_ reference: String) async throws -> Deployment? {
    try await found {
      try await client.deployments.getDeployment(
        GetDeploymentRequest(namespace: namespace, deployment: reference)
      ).deployment
    }
  }

  /// How many deployments are asked for by one call.
  private static let mostNamed = 1000

  /// Those deployments that are there, by `flow/name`: one list, however many are asked for.
  func declaredDeployments(_ references: Set<String>) async throws -> [String: Deployment] {
    var found: [String: Deployment] = [:]
    var rest = references.sorted()[...]
    while !rest.isEmpty {
      var request = ListDeploymentsRequest()
      request.namespace = namespace
      request.deployments = Array(rest.prefix(Self.mostNamed))
      request.pageSize = Int32(Self.mostNamed)
      rest = rest.dropFirst(Self.mostNamed)
      repeat {
        let page = try await client.deployments.listDeployments(request)
        for deployment in page.deployments { found[deployment.reference] = deployment }
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
    }
    return found
  }

  /// Makes a deployment what is declared.
  ///
  /// - Parameter yetToMake: pools that a rehearsal goes without: all else of their deployments is checked.
  func apply(
    _ manifest: DeploymentManifest, directory: String, validateOnly: Bool,
    yetToMake: Set<String> = []
  ) async throws -> ApplyDeploymentResponse {
    let current = try await declaredDeployment(manifest.reference)
    var wanted = manifest.wanted(over: current, directory: directory)
    let isEarly = validateOnly && wanted.spec.map { yetToMake.contains($0.pool) } == true
    if isEarly {
      wanted.spec?.pool = ""
      wanted.spec?.queue = ""
    }
    return try await ManifestKey(.deployment, wanted.reference).naming { [wanted] in
      try await client.deployments.applyDeployment(
        ApplyDeploymentRequest(
          namespace: namespace, deployment: wanted, validateOnly: validateOnly))
    }
  }

  /// Creates the declared pools that are not there.
  ///
  /// - Parameter isRehearsal: whether nothing is created, and it is only told what would be.
  /// - Returns: The names of those that were not there.
  func createPools(of manifest: Manifest, isRehearsal: Bool) async throws -> Set<String> {
    var names: Set<String> = []
    for pool in manifest.pools where try await self.declaredPool(pool.name) == nil {
      if !isRehearsal { try await make(pool, over: nil) }
      complain("martlet: \(isRehearsal ? "would create" : "created") work pool '\(pool.name)'")
      names.insert(pool.name)
    }
    return names
  }

  /// Looks whether the pools of deployments are there or declared. When one is not, tells what to do and leaves.
  func findPools(of manifest: Manifest) async throws {
    var known = Set(manifest.pools.map(\.name))
    for deployment in manifest.deployments {
      guard let pool = deployment.pool, known.insert(pool).inserted else { continue }
      let isThere = try await found {
        try await client.pools.getPool(GetPoolRequest(namespace: namespace, pool: pool)).pool
      }
      guard isThere == nil else { continue }
      complain(
        "martlet: deployment '\(deployment.name)': there is no work pool '\(pool)': declare it under pools, "
          + "or create it with `martlet work-pool create \(shellQuoted(pool)) --type process`")
      throw ExitCode(ExitStatus.notFound.rawValue)
    }
  }

  /// A pool with its queues; nil when there is none.
  func declaredPool(_ name: String) async throws -> PoolManifest? {
    let pool = try await found {
      try await client.pools.getPool(GetPoolRequest(namespace: namespace, pool: name)).pool
    }
    guard let pool else { return nil }
    let queues = try await client.pools.listQueues(
      ListQueuesRequest(namespace: namespace, pool: name)
    ).queues
    return PoolManifest(pool, queues)
  }

  /// Creates a pool, or changes what differs.
  func make(_ wanted: PoolManifest, over current: PoolManifest?) async throws {
    if let current {
      var mask = FieldMask()
      if wanted.description != current.description { mask.paths.append("description") }
      if wanted.template != current.template { mask.paths.append("template") }
      if wanted.limit != current.limit { mask.paths.append("concurrency_limit") }
      if wanted.isPaused != current.isPaused { mask.paths.append("paused") }
      if !mask.paths.isEmpty {
        _ = try await client.pools.updatePool(
          UpdatePoolRequest(
            namespace: namespace, poolRef: wanted.name, pool: Pool(wanted), updateMask: mask))
      }
    } else {
      _ = try await client.pools.createPool(
        CreatePoolRequest(namespace: namespace, pool: Pool(wanted)))
    }
    let there = try await declaredPool(wanted.name)?.queues ?? []
    for queue in wanted.queues ?? [] {
      guard let old = there.first(where: { $0.name == queue.name }) else {
        _ = try await client.pools.createQueue(
          CreateQueueRequest(namespace: namespace, queue: Queue(queue, pool: wanted.name)))
        continue
      }
      var mask = FieldMask()
      if let priority = queue.priority, priority != old.priority { mask.paths.append("priority") }
      if let limit = queue.limit, limit != old.limit { mask.paths.append("concurrency_limit") }
      if let text = queue.description, text != old.description { mask.paths.append("description") }
      if let isPaused = queue.isPaused, isPaused != old.isPaused { mask.paths.append("paused") }
      guard !mask.paths.isEmpty else { continue }
      _ = try await client.pools.updateQueue(
        UpdateQueueRequest(
          namespace: namespace, pool: wanted.name, name: queue.name,
          queue: Queue(queue, pool: wanted.name), updateMask: mask))
    }
  }

  /// A global limit; nil when there is none.
  func limit(_ name: String) async throws -> LimitManifest? {
    let limit = try await found {
      var request = GetLimitRequest()
      request.namespace = namespace
      request.ref = name
      request.scope = .global
      return try await client.limits.getLimit(request).limit
    }
    return limit.map { limit in
      var manifest = LimitManifest(name: limit.name, slots: Int(limit.slots))
      manifest.decay = limit.slotDecayPerSecond
      manifest.description = limit.description.isEmpty ? nil : limit.description
      manifest.isDisabled = limit.disabled
      return manifest
    }
  }

  /// Creates a limit, or makes it what is wanted.
  func make(_ wanted: LimitManifest, over current: LimitManifest?) async throws {
    var limit = Limit()
    limit.name = wanted.name
    limit.scope = .global
    limit.slots = Int32(wanted.slots)
    limit.slotDecayPerSecond = wanted.decay ?? 0
    limit.description = wanted.description ?? ""
    limit.disabled = wanted.isDisabled ?? false
    if current == nil {
      _ = try await client.limits.createLimit(
        CreateLimitRequest(namespace: namespace, limit: limit))
      // A limit is made enforced.
      if !limit.disabled { return }
    }
    _ = try await client.limits.updateLimit(
      UpdateLimitRequest(
        namespace: namespace, limit: limit,
        updateMask: ["slots", "slot_decay_per_second", "description", "disabled"]))
  }

  /// A variable with its etag; nil when there is none.
  func sharedVariable(_ name: String) async throws -> Variable? {
    try await found { try await variable(name).variable }
  }

  /// Creates or changes a variable.
  func set(_ wanted: VariableManifest, etag: String = "") async throws {
    var request = SetVariableRequest()
    request.namespace = namespace
    request.requestID = Identifier.random()
    request.policy = .upsert
    var variable = Variable()
    variable.name = wanted.name
    variable.value = JSONValue(wanted.value)
    variable.tags = wanted.tags ?? []
    variable.etag = etag
    request.variable = variable
    _ = try await client.variables.setVariable(request)
  }

  /// What a call returns; nil when there is no such thing.
  private func found<R>(_ body: () async throws -> R?) async throws -> R? {
    do { return try await body() } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension DeploymentManifest {
  /// How the server knows it.
  var reference: String { "\(flow ?? "")/\(name)" }

  /// What the deployment is to be, over what is there.
  func wanted(over current: Deployment?, directory: String) -> Deployment {
    var wanted = current ?? Deployment()
    wanted.flow = flow ?? ""
    wanted.take(self, directory: directory)
    return wanted
  }
}

extension ManifestKey {
  /// Says what a server does not want with the thing that it is about.
  func naming<R>(_ body: () async throws -> R) async throws -> R {
    do { return try await body() } catch var status as Status {
      status.message = "\(kind.word) \(name): \(status.message)"
      throw status
    }
  }
}

extension PoolManifest {
  /// Everything that a manifest could say of a pool.
  init(_ pool: Pool, _ queues: [Queue]) {
    self.init(name: pool.name)
    type = pool.type
    description = pool.description.isEmpty ? nil : pool.description
    limit = pool.concurrencyLimit.map(Int.init)
    isPaused = pool.paused
    template = pool.template.map { template in
      .object([
        ("variables", template.variables.map { .object(JSONMembers($0)) }),
        ("job", template.job.map { .object(JSONMembers($0)) }),
      ])
    }
    self.queues = queues.map { queue in
      var manifest = QueueManifest(name: queue.name)
      manifest.priority = Int(queue.priority)
      manifest.limit = queue.concurrencyLimit.map(Int.init)
      manifest.description = queue.description.isEmpty ? nil : queue.description
      manifest.isPaused = queue.paused
      return manifest
    }
  }
}

extension Pool {
  /// The pool of a manifest.
  init(_ manifest: PoolManifest) {
    self.init()
    name = manifest.name
    type = manifest.type ?? ""
    description = manifest.description ?? ""
    concurrencyLimit = manifest.limit.map(Int32.init(clamping:))
    paused = manifest.isPaused ?? false
    if let template = manifest.template {
      func object(_ name: String) -> JSONObject? {
        if case .object(let members)? = template[name] { return JSONObject(members) }
        return nil
      }
      self.template = MartletProto.JobTemplate(
        variables: object("variables"), job: object("job") ?? object("job_configuration"))
    }
  }
}

extension Queue {
  /// The queue of a manifest.
  init(_ manifest: QueueManifest, pool: String) {
    self.init()
    self.pool = pool
    name = manifest.name
    priority = Int32(clamping: manifest.priority ?? 0)
    concurrencyLimit = manifest.limit.map(Int32.init(clamping:))
    description = manifest.description ?? ""
    paused = manifest.isPaused ?? false
  }
}
