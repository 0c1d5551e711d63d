// Decides how deployments are created, applied, paused and deleted: every change is one transaction that begins with the
// lock of the deployment.

public import MartletModel
import MartletPostgres

/// What came of an apply.
public struct AppliedDeployment: Sendable {
  /// As it is now, or would be.
  public var deployment: Deployment
  /// What is new.
  public var change: DeploymentChange
  /// Whether it was not there before.
  public var isCreated: Bool
}

extension Store {
  /// Creates a deployment. Repeating a create with the same content returns the deployment as it is.
  /// - Parameter isTrial: Whether nothing is kept: the answer says what would be.
  /// - Throws: `alreadyExists` if it is there with other content; `notFound` for its pool or queue.
  public func createDeployment(
    _ content: DeploymentContent, in namespace: Namespace, actor: String, isTrial: Bool = false,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> AppliedDeployment {
    try await settle(
      content, in: namespace, etag: nil, actor: actor, isTrial: isTrial, mayChange: false, deadline)
  }

  /// Creates a deployment, or makes the one of its flow and name what is given.
  /// - Parameters:
  ///   - etag: What the caller read; nil overwrites whatever is there.
  ///   - keepsPause: Whether one that is there stays paused, or not, whatever the content says.
  /// - Throws: `etagMismatch`; `notFound` for its pool or queue, and for itself with an etag.
  public func applyDeployment(
    _ content: DeploymentContent, in namespace: Namespace, etag: Int64? = nil,
    keepsPause: Bool = false, actor: String, isTrial: Bool = false,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> AppliedDeployment {
    try await settle(
      content, in: namespace, etag: etag, keepsPause: keepsPause, actor: actor, isTrial: isTrial,
      mayChange: true, deadline)
  }

  /// Pauses a deployment, or one schedule of it, or has it go on from now.
  /// - Parameter slug: The schedule; nil for the deployment.
  /// - Throws: `notFound`.
  public func pauseDeployment(
    _ reference: DeploymentReference, in namespace: Namespace, schedule slug: String? = nil,
    isPaused: Bool, actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Deployment {
    try await change(reference, in: namespace, actor, deadline) { transaction, old, pipeline in
      var content = old.content
      if let slug {
        guard let index = content.schedules.firstIndex(where: { $0.slug == slug }) else {
          throw StoreError.notFound(resource: "schedule", name: slug)
        }
        content.schedules[index].isPaused = isPaused
      } else {
        content.isPaused = isPaused
      }
      return try transaction.change(old, to: content, on: pipeline)
    }
  }

  /// Makes a version the current one. Whether the schedules fit it is for the caller to check.
  /// - Parameter etag: What the caller read; nil whatever is there.
  /// - Throws: `notFound` for the deployment, the version, and its pool or queue; `etagMismatch`.
  public func promoteDeployment(
    _ reference: DeploymentReference, in namespace: Namespace, version number: Int64,
    etag: Int64? = nil, actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Deployment {
    try await change(reference, in: namespace, actor, deadline) { transaction, old, pipeline in
      if let etag, etag != old.etag { throw StoreError.etagMismatch(current: old.etag) }
      let spec = try pipeline.query(SQL.getDeploymentVersion) {
        $0.bind(old.id)
        $0.bind(number)
      }.first { row throws(PostgresError) in try DeploymentSpec(row: row.get(0)) }
      guard let spec else { throw StoreError.notFound(resource: "version", name: "\(number)") }
      var content = old.content
      content.spec = spec
      return try transaction.change(old, to: content, version: number, on: pipeline)
    }
  }

  /// Deletes a deployment with its schedules, versions, backfills and the runs that have not started. Many runs go in
  /// several transactions, and the deployment with the last of them; nothing is scheduled or offered from the first on.
  /// - Throws: `notFound`, `etagMismatch`.
  public func deleteDeployment(
    _ reference: DeploymentReference, in namespace: Namespace, etag: Int64? = nil, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let transaction = DeploymentTransaction(namespace: namespace, actor: actor)
    var isGone = false
    var removed = Int.max
    while !isGone {
      // Runs that were taken meanwhile stay, and are found again.
      let isLast = removed == 0
      let step = try await write(deadline) { connection in
        try connection.transaction { pipeline in
          try transaction.delete(
            reference, etag: etag, most: isLast ? 0 : Self.runsAtATime, on: pipeline)
        }
      }
      schedulesChanged(step.schedules)
      isGone = step.isGone
      removed = step.removedRuns
    }
  }

  private static let runsAtATime = 500

  private func settle(
    _ content: DeploymentContent, in namespace: Namespace, etag: Int64?, keepsPause: Bool = false,
    actor: String, isTrial: Bool, mayChange: Bool, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> AppliedDeployment {
    let transaction = DeploymentTransaction(namespace: namespace, actor: actor)
    let outcome = try await write(deadline) { connection in
      try connection.pipeline { pipeline in
        try pipeline.begin()
        let outcome = try transaction.settle(
          content, etag: etag, keepsPause: keepsPause, mayChange: mayChange, on: pipeline)
        if isTrial { try pipeline.rollback() } else { try pipeline.commit() }
        try pipeline.finish()
        return outcome
      }
    }
    if !isTrial {
      schedulesChanged(outcome.schedules)
      workChanged()
    }
    return AppliedDeployment(
      deployment: outcome.deployment, change: outcome.change, isCreated: outcome.isCreated)
  }

  private func change(
    _ reference: DeploymentReference, in namespace: Namespace, _ actor: String,
    _ deadline: ContinuousClock.Instant?,
    _ body:
      @escaping @Sendable (DeploymentTransaction, Deployment, borrowing Pipeline) throws ->
      DeploymentTransaction.Outcome
  ) async throws(StoreError) -> Deployment {
    let transaction = DeploymentTransaction(namespace: namespace, actor: actor)
    let outcome = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        guard let old = try transaction.lock(reference, on: pipeline) else {
          throw StoreError.notFound(resource: "deployment", name: "\(reference)")
        }
        return try body(transaction, old, pipeline)
      }
    }
    schedulesChanged(outcome.schedules)
    workChanged()
    return outcome.deployment
  }
}

extension DeploymentTransaction {
  /// Creates a deployment, or makes it what is wanted if it may change.
  fileprivate func settle(
    _ content: DeploymentContent, etag: Int64?, keepsPause: Bool, mayChange: Bool,
    on pipeline: borrowing Pipeline
  ) throws -> Outcome {
    let reference = DeploymentReference.named(flow: content.flow, name: content.name)
    // Somebody else may create or delete it between two statements.
    for _ in 0..<10 {
      guard let old = try lock(reference, on: pipeline) else {
        guard etag == nil else {
          throw StoreError.notFound(resource: "deployment", name: "\(reference)")
        }
        if let created = try create(content, on: pipeline) { return created }
        continue
      }
      if let etag, etag != old.etag { throw StoreError.etagMismatch(current: old.etag) }
      var wanted = content
      if keepsPause { wanted.isPaused = old.content.isPaused }
      guard mayChange || DeploymentChange(from: old.content, to: wanted).isEmpty else {
        throw StoreError.alreadyExists(resource: "deployment", name: "\(reference)")
      }
      return try change(old, to: wanted, on: pipeline)
    }
    throw StoreError.unavailable(
      retryAfter: .milliseconds(100),
      message: "others create and delete the deployment all the time")
  }

  /// A step of a deletion.
  fileprivate struct DeletionStep: Sendable {
    var schedules = ScheduleWrites.Outcome()
    var removedRuns = 0
    var isGone = false
  }

  /// Removes some runs, or the deployment when there are no more.
  /// - Parameter most: How many runs to remove; with 0 it goes whatever runs there are.
  fileprivate func delete(
    _ reference: DeploymentReference, etag: Int64?, most: Int, on pipeline: borrowing Pipeline
  ) throws -> DeletionStep {
    guard let old = try lock(reference, on: pipeline) else {
      throw StoreError.notFound(resource: "deployment", name: "\(reference)")
    }
    if let etag, etag != old.etag { throw StoreError.etagMismatch(current: old.etag) }
    try pipeline.execute(SQL.lockEndingDeployment) { $0.bind(old.id) }
    var step = DeletionStep()
    step.schedules = try ScheduleWrites.replace(
      [], of: old.id, namespace: namespace, isPaused: true, actor: actor, on: pipeline)
    let runs = try pipeline.query(SQL.findUnstartedRuns) {
      $0.bind(old.id)
      $0.bind(Int64(most))
    }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
    let removed = try WaitingRuns.remove(runs, in: namespace, actor: actor, on: pipeline)
    step.schedules.removed += removed
    step.schedules.hasChanged = step.schedules.hasChanged || !removed.isEmpty
    step.removedRuns = removed.count
    step.isGone = runs.count < most || most == 0
    let statement = step.isGone ? SQL.deleteDeployment : SQL.holdDeployment
    try pipeline.execute(statement) { $0.bind(old.id) }
    return step
  }
}
