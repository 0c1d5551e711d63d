// Decides how deployments that a filter names by flow and name become ids, for those who ask no database.

extension FilterExpression {
  /// The deployments that it names by flow and name.
  public var namedDeployments: Set<DeploymentReference> {
    switch self {
    case .all(let parts), .any(let parts):
      parts.reduce(into: []) { $0.formUnion($1.namedDeployments) }
    case .not(let part): part.namedDeployments
    case .compare(_, _, .deployment(let reference)): [reference]
    case .compare, .has: []
    }
  }

  /// The filter with ids in place of names; a deployment that has none is no run's.
  public func naming(_ ids: [DeploymentReference: DeploymentID]) -> FilterExpression {
    switch self {
    case .all(let parts): .all(parts.map { $0.naming(ids) })
    case .any(let parts): .any(parts.map { $0.naming(ids) })
    case .not(let part): .not(part.naming(ids))
    case .compare(let field, let operation, .deployment(let reference)):
      ids[reference].map { .compare(field, operation, .id(RunID($0.value))) } ?? self
    case .compare, .has: self
    }
  }
}
