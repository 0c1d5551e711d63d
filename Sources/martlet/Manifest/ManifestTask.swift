// Decides how a plan is made of a server and a manifest, and how it is carried out.

import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

/// A manifest, the server it is for, and what must be done.
struct ManifestTask {
  /// What must be done.
  let plan: ManifestPlan
  private let connection: Connection
  private let owner: ManifestOwner?
  private var variables: [String: VariableManifest] = [:]
  private var limits: [String: (current: LimitManifest?, wanted: LimitManifest)] = [:]
  private var pools: [String: (current: PoolManifest?, wanted: PoolManifest)] = [:]
  private var deployments: [String: Deployment] = [:]
  private var gone: [ManifestKey] = []

  /// Reads what the server has of what is declared, and of what the manifest's owner made before.
  init(_ manifest: Manifest, directory: String, on connection: Connection) async throws {
    self.connection = connection
    var owner: ManifestOwner?
    if let name = manifest.name { owner = try await ManifestOwner(name, on: connection) }
    var current: [ManifestKey: JSON] = [:]
    var wanted: [(key: ManifestKey, tree: JSON)] = []
    for variable in manifest.variables {
      let key = ManifestKey(.variable, variable.name)
      let there = try await connection.sharedVariable(variable.name).map { there in
        VariableManifest(
          name: there.name, value: there.value.map { JSON($0) } ?? .null, tags: there.tags)
      }
      // As it comes back, so that it compares equal.
      var wire = variable
      wire.value = JSON(JSONValue(variable.value))
      let result = there.map { wire.laid(over: $0) } ?? wire
      current[key] = there?.normal
      variables[variable.name] = result
      wanted.append((key, result.normal))
    }
    for limit in manifest.limits {
      let key = ManifestKey(.limit, limit.name)
      let there = try await connection.limit(limit.name)
      let result = there.map { limit.laid(over: $0) } ?? limit
      current[key] = there?.normal
      limits[limit.name] = (there, result)
      wanted.append((key, result.normal))
    }
    for pool in manifest.pools {
      let key = ManifestKey(.pool, pool.name)
      let there = try await connection.declaredPool(pool.name)
      let result = there.map { pool.laid(over: $0) } ?? pool
      current[key] = there?.normal
      pools[pool.name] = (there, result)
      wanted.append((key, result.normal))
    }
    try await connection.findPools(of: manifest)
    let owned = owner?.owned ?? []
    // What was made before is looked for with what is declared: it may not be there any more.
    let made = owned.filter { $0.kind == .deployment }.map(\.name)
    let known = try await connection.declaredDeployments(
      Set(manifest.deployments.map(\.reference) + made))
    for deployment in manifest.deployments {
      let there = known[deployment.reference]
      let result = deployment.wanted(over: there, directory: directory)
      let key = ManifestKey(.deployment, result.reference)
      current[key] = there?.manifest.normal
      deployments[key.name] = result
      wanted.append((key, result.manifest.normal))
    }
    let others = owned.filter { current[$0] == nil }
    let areThere = try await Array(others).concurrently { key in
      (key, try await Self.isThere(key, among: known, connection))
    }
    for (key, isThere) in areThere {
      // What somebody else has removed is not ours when somebody makes it again.
      if isThere { current[key] = .object([]) } else { gone.append(key) }
    }
    self.owner = owner
    plan = ManifestPlan(current: current, wanted: wanted, owned: owned)
  }

  private static func isThere(
    _ key: ManifestKey, among deployments: [String: Deployment], _ connection: Connection
  ) async throws -> Bool {
    switch key.kind {
    case .variable: try await connection.sharedVariable(key.name) != nil
    case .limit: try await connection.limit(key.name) != nil
    case .pool: try await connection.declaredPool(key.name) != nil
    case .deployment: deployments[key.name] != nil
    }
  }

  /// Does what must be done, deployments several at a time; ends with the first that fails, and may be repeated.
  ///
  /// - Parameters:
  ///   - prunes: whether what is not declared any more is removed.
  ///   - done: is told of each thing that was done.
  func carryOut(
    prunes: Bool, _ done: @escaping @Sendable (ManifestPlan.Operation) -> Void
  ) async throws {
    var owner = owner
    let created = plan.operations.filter { $0.action == .create }.map(\.key)
    // First, for what is created and not recorded would never be pruned.
    try await owner?.record(
      adding: created, removing: gone.filter { !created.contains($0) }, on: connection)
    let made = plan.operations.filter { $0.action != .delete }
    for operation in made where operation.key.kind != .deployment {
      try await operation.key.naming { try await make(operation) }
      done(operation)
    }
    try await made.filter { $0.key.kind == .deployment }.concurrently { operation in
      try await operation.key.naming { try await make(operation) }
      done(operation)
    }
    guard prunes else { return }
    for operation in plan.operations where operation.action == .delete {
      try await operation.key.naming { try await remove(operation.key) }
      try await owner?.record(adding: [], removing: [operation.key], on: connection)
      done(operation)
    }
  }

  /// What the server would refuse of what is to be made or changed. Of a deployment whose pool or queue is yet to be made,
  /// only what can be told without it.
  func refusals() async throws -> [Status] {
    let wanted = plan.operations.filter { $0.action != .delete }
    let known = wanted.compactMap { operation in
      problem(of: operation).map { problem in
        Status(
          .invalidArgument,
          "\(operation.key.kind.word) \(operation.key.name): \(problem.field): \(problem.problem)")
      }
    }
    let told = try await wanted.filter { $0.key.kind == .deployment }
      .concurrently { operation -> Status? in
        do {
          try await operation.key.naming { try await apply(operation, validateOnly: true) }
          return nil
        } catch let status as Status {
          switch status.code {
          case .notFound where comesFirst(operation): return nil
          case .notFound, .invalidArgument, .failedPrecondition, .alreadyExists, .aborted,
            .permissionDenied, .outOfRange:
            return status
          default: throw status
          }
        }
      }
    return known + told.compactMap(\.self)
  }

  private func problem(of operation: ManifestPlan.Operation) -> InvalidValue? {
    do throws(InvalidValue) {
      switch operation.key.kind {
      case .pool: try pools[operation.key.name]?.wanted.check(isNew: operation.action == .create)
      case .limit: try limits[operation.key.name]?.wanted.check()
      case .variable, .deployment: break
      }
      return nil
    } catch { return error }
  }

  /// Whether an apply makes or changes the pool of a deployment before it.
  private func comesFirst(_ operation: ManifestPlan.Operation) -> Bool {
    guard let pool = deployments[operation.key.name]?.spec?.pool else { return false }
    return plan.operations.contains { $0.key == ManifestKey(.pool, pool) }
  }

  private func apply(_ operation: ManifestPlan.Operation, validateOnly: Bool) async throws {
    guard var wanted = deployments[operation.key.name] else { return }
    if operation.action == .create, let owner { wanted.labels[Deployment.ownerLabel] = owner.name }
    _ = try await connection.client.deployments.applyDeployment(
      ApplyDeploymentRequest(
        namespace: connection.namespace, deployment: wanted, validateOnly: validateOnly))
  }

  private func make(_ operation: ManifestPlan.Operation) async throws {
    let name = operation.key.name
    switch operation.key.kind {
    case .variable: if let wanted = variables[name] { try await connection.set(wanted) }
    case .limit:
      if let (current, wanted) = limits[name] { try await connection.make(wanted, over: current) }
    case .pool:
      if let (current, wanted) = pools[name] { try await connection.make(wanted, over: current) }
    case .deployment: try await apply(operation, validateOnly: false)
    }
  }

  private func remove(_ key: ManifestKey) async throws {
    let (client, namespace) = (connection.client, connection.namespace)
    switch key.kind {
    case .variable:
      var request = DeleteVariableRequest()
      request.namespace = namespace
      request.name = key.name
      _ = try await client.variables.deleteVariable(request)
    case .limit:
      var request = DeleteLimitRequest()
      request.namespace = namespace
      request.ref = key.name
      request.scope = .global
      _ = try await client.limits.deleteLimit(request)
    case .pool:
      _ = try await client.pools.deletePool(DeletePoolRequest(namespace: namespace, pool: key.name))
    case .deployment:
      _ = try await client.deployments.deleteDeployment(
        DeleteDeploymentRequest(namespace: namespace, deployment: key.name))
    }
  }
}
