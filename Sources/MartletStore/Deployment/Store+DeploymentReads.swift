// Decides how deployments and their versions are found.

public import MartletModel
import MartletPostgres

/// A question about many deployments.
public struct DeploymentQuery: Sendable {
  /// Only those of this flow; empty for all.
  public var flow = ""
  /// Only those of this pool; empty for all.
  public var pool = ""
  /// Only those whose runs have all of these tags.
  public var tags: [String] = []
  /// Only those that have all of these labels.
  public var labels: [String: String] = [:]
  /// Only those of these flows and names; empty for all.
  public var named: [(flow: String, name: String)] = []
  /// The flow and name of the last one of the page before.
  public var after: (flow: String, name: String) = ("", "")
  /// The most of a page.
  public var limit = 100

  /// Asks for all.
  public init() {}
}

extension Store {
  /// Reads a deployment.
  /// - Throws: `notFound`.
  public func deployment(
    _ reference: DeploymentReference, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Deployment {
    let transaction = DeploymentTransaction(namespace: namespace, actor: "")
    let deployment = try await read(deadline) { connection in
      try connection.transaction(.snapshot) { pipeline in
        try transaction.read(reference, on: pipeline)
      }
    }
    guard let deployment else { throw .notFound(resource: "deployment", name: "\(reference)") }
    return deployment
  }

  /// Lists deployments by flow and name.
  public func listDeployments(
    _ query: DeploymentQuery, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Deployment] {
    try await read(deadline) { connection in
      try connection.transaction(.snapshot) { pipeline in
        var deployments = try pipeline.query(SQL.listDeployments) {
          $0.bind(namespace)
          $0.bind(query.after.flow)
          $0.bind(query.after.name)
          $0.bind(query.flow)
          $0.bind(query.pool)
          $0.bindArray(query.tags)
          $0.bind(json(query.labels))
          $0.bind(Int64(query.limit))
          $0.bindArray(query.named.map(\.flow))
          $0.bindArray(query.named.map(\.name))
        }.map { row throws(PostgresError) in try Deployment(row) }
        let schedules = try ScheduleWrites.read(of: deployments.map(\.id), on: pipeline)
        for index in deployments.indices {
          deployments[index].take(schedules[deployments[index].id] ?? [])
        }
        return deployments
      }
    }
  }

  /// Lists versions of a deployment, the newest first.
  /// - Parameter number: Only versions before this one.
  /// - Throws: `notFound`.
  public func deploymentVersions(
    of reference: DeploymentReference, in namespace: Namespace, before number: Int64 = .max,
    limit: Int, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [DeploymentVersion] {
    let id = try await deployment(reference, in: namespace, deadline: deadline).id
    return try await read(deadline) { connection in
      try connection.query(SQL.listDeploymentVersions) {
        $0.bind(id)
        $0.bind(number)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try DeploymentVersion(row) }
    }
  }

  /// Reads what new runs of a deployment are made of: one statement.
  /// - Throws: `notFound`.
  public func deploymentTarget(
    _ reference: DeploymentReference, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> DeploymentTarget {
    let target = try await findTarget(reference, in: namespace, deadline)
    guard let target else { throw .notFound(resource: "deployment", name: "\(reference)") }
    return target
  }

  /// The ids of those of some deployments that are there.
  public func deploymentIDs(
    _ references: Set<DeploymentReference>, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [DeploymentReference: DeploymentID] {
    var ids: [DeploymentReference: DeploymentID] = [:]
    for reference in references {
      ids[reference] = try await findTarget(reference, in: namespace, deadline)?.id
    }
    return ids
  }

  private func findTarget(
    _ reference: DeploymentReference, in namespace: Namespace,
    _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> DeploymentTarget? {
    let transaction = DeploymentTransaction(namespace: namespace, actor: "")
    return try await read(deadline) { connection in
      try connection.query(SQL.findDeploymentTarget) { transaction.bind(reference, to: &$0) }
        .first { row throws(PostgresError) in try DeploymentTarget(row) }
    }
  }
}
