// Decides how schedules change with their deployment: in its transaction, together with the runs that were made ahead.

public import MartletModel
import MartletPostgres

/// Writes to the schedules of one deployment, whose row the caller has locked.
enum ScheduleWrites {
  /// What was written. The caller hands it to ``Store/schedulesChanged(_:)`` once its transaction is committed.
  struct Outcome: Sendable {
    /// Whether anything was.
    var hasChanged = false
    /// The runs that are gone.
    var removed: [RunID] = []
  }

  /// Makes the schedules of a deployment those that are wanted. The same stay; of those that change or go, the runs that
  /// have not started go with them. None wanted is what a deletion asks for.
  ///
  /// - Parameters:
  ///   - isPaused: Whether the deployment is paused. Its schedules then make nothing, and go on from now when it is not.
  ///   - remakes: Whether runs that were made ahead are to be made anew: those of another version of the deployment.
  ///   - actor: Who changes them.
  static func replace(
    _ wanted: [ScheduleSpec], of deployment: DeploymentID, namespace: Namespace, isPaused: Bool,
    remakes: Bool = false, actor: String, on pipeline: borrowing Pipeline
  ) throws -> Outcome {
    let kept = try pipeline.query(SQL.lockSchedules) { $0.bind(deployment) }
      .map { row throws(PostgresError) in try StoredSchedule(row) }
    if kept.isEmpty, wanted.isEmpty { return Outcome() }
    // Read behind the lock: a scheduler that has them in hand took them before, and lets go no time after this one.
    let clock = try pipeline.query(SQL.readClock)
      .first { row throws(PostgresError) in try row.get(0, as: Instant.self) }
    guard let now = clock else { throw PostgresError(.misuse, "the clock has no row") }
    let change = ScheduleChange(
      from: kept.map(\.schedule), to: wanted, isPaused: isPaused, now: now, remakes: remakes)
    if change.isEmpty { return Outcome() }
    var outcome = Outcome(hasChanged: true)
    let removals =
      change.updated.filter(\.removesRuns).map { (id: $0.schedule.id, after: $0.since) }
      + change.deleted.map { (id: $0, after: nil) }
    if !removals.isEmpty {
      let runs = try pipeline.query(SQL.findWaitingRuns) {
        $0.bindArray(count: removals.count) { removals[$0].id }
        $0.bindArray(of: Instant.self, count: removals.count) { removals[$0].after }
      }.map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
      outcome.removed = try WaitingRuns.remove(runs, in: namespace, actor: actor, on: pipeline)
    }
    if !change.deleted.isEmpty {
      try pipeline.execute(SQL.deleteSchedules) { $0.bindArray(change.deleted) }
    }
    let updated = change.updated
    if !updated.isEmpty {
      try pipeline.execute(SQL.changeSchedules) {
        $0.bindArray(count: updated.count) { updated[$0].schedule.id }
        $0.bindArray(count: updated.count) { updated[$0].schedule.spec.text }
        $0.bindArray(count: updated.count) { updated[$0].schedule.spec.isPaused }
        $0.bindArray(count: updated.count) { updated[$0].schedule.isHeld }
        $0.bindArray(count: updated.count) { updated[$0].schedule.generation }
        $0.bindArray(of: Instant.self, count: updated.count) { updated[$0].since }
        $0.bind(now)
      }
    }
    let inserted = change.inserted
    if !inserted.isEmpty {
      try pipeline.execute(SQL.insertSchedules) {
        $0.bindArray(count: inserted.count) { _ in ScheduleID(ObjectID.random().value) }
        $0.bindArray(count: inserted.count) { inserted[$0].slug }
        $0.bindArray(count: inserted.count) { inserted[$0].text }
        $0.bindArray(count: inserted.count) { inserted[$0].isPaused }
        $0.bind(namespace)
        $0.bind(deployment)
        $0.bind(isPaused)
        $0.bind(now)
      }
    }
    return outcome
  }

  /// The schedules of some deployments, each by its slugs.
  static func read(
    of deployments: [DeploymentID], on pipeline: borrowing Pipeline
  ) throws -> [DeploymentID: [StoredSchedule]] {
    let rows = try pipeline.query(SQL.readSchedules) { $0.bindArray(deployments) }
      .map { row throws(PostgresError) in try StoredSchedule(row) }
    return Dictionary(grouping: rows, by: \.deploymentID)
  }
}

extension Store {
  /// Follows up a committed change of schedules: wakes schedulers, forgets runs that are gone.
  func schedulesChanged(_ outcome: ScheduleWrites.Outcome) {
    guard outcome.hasChanged else { return }
    forget(outcome.removed)
    scheduleSignal.raise()
    hints.raise()
  }

  /// Makes the schedules of a deployment those that are wanted; see ``ScheduleWrites``.
  public func replaceSchedules(
    _ wanted: [ScheduleSpec], of deployment: DeploymentID, in namespace: Namespace,
    isPaused: Bool = false, remakes: Bool = false, actor: String
  ) async throws(StoreError) {
    let outcome = try await write { connection in
      try connection.transaction { pipeline in
        try ScheduleWrites.replace(
          wanted, of: deployment, namespace: namespace, isPaused: isPaused, remakes: remakes,
          actor: actor, on: pipeline)
      }
    }
    schedulesChanged(outcome)
  }

  /// The schedules of a deployment, by their slugs.
  public func schedules(
    of deployment: DeploymentID, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [StoredSchedule] {
    try await read(deadline) { connection in
      try connection.pipeline { pipeline in
        try ScheduleWrites.read(of: [deployment], on: pipeline)[deployment] ?? []
      }
    }
  }
}
