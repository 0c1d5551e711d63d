// Decides how a deployment changes: its row is locked, what is new is found out, and only that is written, its schedules
// in the same transaction.

import MartletModel
import MartletPostgres

/// Changes of one deployment, within a transaction.
struct DeploymentTransaction {
  let namespace: Namespace
  let actor: String

  /// What came of a change.
  struct Outcome: Sendable {
    /// As it is now.
    var deployment: Deployment
    /// What is new.
    var change: DeploymentChange
    /// Whether it was not there before.
    var isCreated = false
    /// What to follow up once it is committed.
    var schedules = ScheduleWrites.Outcome()
  }

  /// Reads a deployment and keeps others from changing it.
  func lock(
    _ reference: DeploymentReference, on pipeline: borrowing Pipeline
  ) throws -> Deployment? {
    let locked = try pipeline.query(SQL.lockDeployment) { bind(reference, to: &$0) }.count
    return locked == 0 ? nil : try read(reference, on: pipeline)
  }

  /// Reads a deployment with its schedules.
  func read(
    _ reference: DeploymentReference, on pipeline: borrowing Pipeline
  ) throws -> Deployment? {
    let row = try pipeline.query(SQL.getDeployment) { bind(reference, to: &$0) }
      .first { row throws(PostgresError) in try Deployment(row) }
    guard var deployment = row else { return nil }
    deployment.take(
      try ScheduleWrites.read(of: [deployment.id], on: pipeline)[deployment.id] ?? [])
    return deployment
  }

  func bind(_ reference: DeploymentReference, to buffer: inout ParameterBuffer) {
    buffer.bind(namespace)
    buffer.bind(reference.id)
    buffer.bind(reference.flow)
    buffer.bind(reference.name)
  }

  /// Creates a deployment.
  /// - Returns: nil when somebody else has created it since it was looked for.
  func create(_ content: DeploymentContent, on pipeline: borrowing Pipeline) throws -> Outcome? {
    let place = try placement(of: content.spec, on: pipeline)
    try check(content.spec, with: place.template)
    let id = DeploymentID(ObjectID.random().value)
    try pipeline.execute(SQL.registerFlow) {
      $0.bind(ObjectID.random())
      $0.bind(namespace)
      $0.bind(content.flow)
      $0.bind(actor)
    }
    let created = try pipeline.query(SQL.insertDeployment) {
      $0.bind(id)
      $0.bind(namespace)
      $0.bind(content.flow)
      $0.bind(content.name)
      $0.bind(content.description)
      $0.bind(json(content.labels))
      $0.bind(content.isPaused)
      $0.bind(place.pool)
      $0.bind(place.queue)
      $0.bindArray(content.spec.tags)
      $0.bind(content.concurrencyLimit.map(Int64.init))
      $0.bind(content.collision.rawValue)
      $0.bind(actor)
    }.first { row throws(PostgresError) in try row.get(0, as: Instant.self) }
    guard created != nil else { return nil }
    try keep(content.spec, as: 1, of: id, on: pipeline)
    let schedules = try ScheduleWrites.replace(
      content.schedules, of: id, namespace: namespace, isPaused: content.isPaused,
      actor: actor, on: pipeline)
    guard let deployment = try read(.id(id), on: pipeline) else { return nil }
    let nothing = DeploymentContent(flow: content.flow, name: content.name)
    return Outcome(
      deployment: deployment, change: DeploymentChange(from: nothing, to: content),
      isCreated: true, schedules: schedules)
  }

  /// Makes a locked deployment what is wanted.
  /// - Parameter version: The version that says what is wanted; nil for a new one where it is another.
  func change(
    _ old: Deployment, to content: DeploymentContent, version: Int64? = nil,
    on pipeline: borrowing Pipeline
  ) throws -> Outcome {
    let change = DeploymentChange(from: old.content, to: content)
    let number = version ?? (change.makesVersion ? old.lastVersion + 1 : old.version)
    if change.isEmpty, number == old.version { return Outcome(deployment: old, change: change) }
    let place = try placement(of: content.spec, on: pipeline)
    if version == nil, change.makesVersion {
      try check(content.spec, with: place.template)
      try keep(content.spec, as: number, of: old.id, on: pipeline)
    }
    try pipeline.execute(SQL.updateDeployment) {
      $0.bind(old.id)
      $0.bind(content.description)
      $0.bind(json(content.labels))
      $0.bind(content.isPaused)
      $0.bind(number)
      $0.bind(place.pool)
      $0.bind(place.queue)
      $0.bindArray(content.spec.tags)
      $0.bind(content.concurrencyLimit.map(Int64.init))
      $0.bind(content.collision.rawValue)
      $0.bind(actor)
    }
    let schedules = try ScheduleWrites.replace(
      content.schedules, of: old.id, namespace: namespace, isPaused: content.isPaused,
      remakes: number != old.version, actor: actor, on: pipeline)
    guard let deployment = try read(old.reference, on: pipeline) else {
      throw PostgresError(.misuse, "a locked deployment is gone")
    }
    return Outcome(deployment: deployment, change: change, schedules: schedules)
  }

  private func keep(
    _ spec: DeploymentSpec, as number: Int64, of id: DeploymentID, on pipeline: borrowing Pipeline
  ) throws {
    try pipeline.execute(SQL.insertDeploymentVersion) {
      $0.bind(id)
      $0.bind(number)
      $0.bind(spec.text)
      $0.bind(actor)
    }
  }

  private struct Place {
    var pool: PoolID
    var queue: QueueID?
    /// Nil where programs take the values as they are.
    var template: String?
  }

  /// Refuses values that no run could be started with.
  private func check(_ spec: DeploymentSpec, with template: String?) throws {
    guard let template, !spec.jobVariables.names.isEmpty else { return }
    do throws(InvalidValue) {
      try JobTemplate(text: template)
        .check(spec.jobVariables, "deployment.spec.job_variables")
    } catch {
      throw StoreError.invalid(field: error.field, why: error.problem)
    }
  }

  /// Where runs of a version wait.
  private func placement(
    of spec: DeploymentSpec, on pipeline: borrowing Pipeline
  ) throws -> (pool: PoolID, queue: QueueID, template: String?) {
    var place = try find(spec, on: pipeline)
    if place?.queue == nil, spec.pool.isEmpty {
      try pipeline.execute(SQL.makeServedPool) {
        $0.bind(PoolID(ObjectID.random().value))
        $0.bind(namespace)
        $0.bind(spec.poolName)
        $0.bind(PoolType.served.template.text)
        $0.bind(actor)
      }
      try pipeline.execute(SQL.makeDefaultQueue) {
        $0.bind(QueueID(ObjectID.random().value))
        $0.bind(namespace)
        $0.bind(spec.poolName)
        $0.bind(spec.queueName)
      }
      place = try find(spec, on: pipeline)
    }
    guard let place else {
      throw StoreError.notFound(resource: "pool", name: spec.poolName)
    }
    guard let queue = place.queue else {
      throw StoreError.notFound(resource: "queue", name: "\(spec.poolName)/\(spec.queueName)")
    }
    return (place.pool, queue, place.template)
  }

  private func find(_ spec: DeploymentSpec, on pipeline: borrowing Pipeline) throws -> Place? {
    try pipeline.query(SQL.findPlacement) {
      $0.bind(namespace)
      $0.bind(spec.poolName)
      $0.bind(spec.queueName)
    }.first { row throws(PostgresError) in
      Place(pool: try row.get(0), queue: try row.optional(1), template: try row.optional(2))
    }
  }
}
