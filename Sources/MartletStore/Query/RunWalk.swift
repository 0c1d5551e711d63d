// Decides by which index a list of runs walks: what a filter fixes narrows the walk, and whatever else it asks for is looked
// at row by row, so many rows at most. So no list reads more than its bound, however many runs there are.

import MartletModel
import MartletPostgres

/// The way through the runs that a list or a count takes.
struct RunWalk {
  /// The most runs that one page of a list looks at.
  static let bound = 10_000

  /// What fixes a part of the runs that an index has in the order of the ids.
  enum Road {
    case runs([RunID])
    case label(String, String)
    case parents([RunID])
    case root(RunID)
    case backfill(RunID)
    case schedule(RunID)
    case deployment(FilterValue)
    case definition(String)
    case kind(RunKind)
    case all
  }

  /// The road.
  let road: Road
  /// Comparisons of the time of creation that must hold.
  private let times: [FilterExpression]

  /// Finds the road that a filter allows.
  init(_ filter: FilterExpression?) {
    let parts = filter?.conjuncts ?? []
    var best = Road.all
    for part in parts {
      if let road = Road(part), road.rank < best.rank { best = road }
    }
    road = best
    times = parts.filter { part in
      guard case .compare(.createTime, let operation, .time) = part else { return false }
      return operation != .notEqual && operation != .has
    }
  }

  /// The ids of the walk in their order, at most `limit`, as SQL whose first parameter is the namespace.
  func byID(
    _ compiler: inout FilterCompiler, isDescending: Bool = true, after: RunID? = nil, limit: Int
  ) -> String {
    let direction = isDescending ? "DESC" : "ASC"
    let last = after.map { " \(isDescending ? "<" : ">") \(compiler.bind(.id($0)))" }
    if let condition = workCondition(&compiler) {
      let cursor = last.map { " AND d.run_id" + $0 } ?? ""
      return "SELECT d.run_id AS id, NULL::timestamptz AS create_time FROM run_deployment d"
        + " WHERE d.namespace = $1::text AND \(condition)\(cursor) ORDER BY d.run_id \(direction) LIMIT \(limit)"
    }
    let cursor = last.map { " AND r.id" + $0 } ?? ""
    let parts = conditions(&compiler).map { condition in
      "(SELECT r.id FROM run r WHERE r.namespace = $1::text AND \(condition)\(cursor)"
        + " ORDER BY r.id \(direction) LIMIT \(limit))"
    }
    return
      "SELECT w.id, NULL::timestamptz AS create_time FROM (\(parts.joined(separator: " UNION ALL "))) w"
      + " ORDER BY w.id \(direction) LIMIT \(limit)"
  }

  /// The ids by time of creation, as ``byID(_:isDescending:after:limit:)``; the road plays no part.
  func byCreateTime(
    _ compiler: inout FilterCompiler, isDescending: Bool, after: PageToken?, limit: Int
  ) -> String {
    let direction = isDescending ? "DESC" : "ASC"
    var condition = "r.namespace = $1::text"
    for time in times { condition += " AND \(compiler.condition(time))" }
    if let after, let time = after.time {
      condition +=
        " AND (r.create_time, r.id) \(isDescending ? "<" : ">")"
        + " (\(compiler.bind(.time(time))), \(compiler.bind(.id(after.id))))"
    }
    return "SELECT r.id, r.create_time FROM run r WHERE \(condition)"
      + " ORDER BY r.create_time \(direction), r.id \(direction) LIMIT \(limit)"
  }

  /// Whether the road is for a few runs of many.
  var isNarrow: Bool {
    switch road {
    case .runs, .label, .parents, .root, .backfill, .schedule, .deployment, .definition: true
    case .kind, .all: false
    }
  }

  /// What an index of the runs of deployments is asked for; nil on other roads. Those of a schedule are among those of its
  /// deployment.
  private func workCondition(_ compiler: inout FilterCompiler) -> String? {
    switch road {
    case .backfill(let id): "d.backfill_id = \(compiler.bind(.id(id)))"
    case .schedule(let id):
      "d.deployment_id = (SELECT o.deployment_id FROM run_deployment o"
        + " WHERE o.schedule_id = \(compiler.bind(.id(id))) LIMIT 1)"
    case .deployment(let value): "d.deployment_id = \(compiler.operand(value))"
    default: nil
    }
  }

  /// What the index is asked for: one condition for each part that it has in order.
  private func conditions(_ compiler: inout FilterCompiler) -> [String] {
    switch road {
    case .runs(let ids):
      var operands: [String] = []
      for id in ids { operands.append(compiler.bind(.id(id))) }
      return ["r.id IN (\(operands.joined(separator: ", ")))"]
    case .label(let key, let value):
      // The key stands in the text, for the index is of this very expression.
      return ["(r.labels ->> '\(key)') = \(compiler.bind(.text(value)))"]
    case .parents(let ids):
      var conditions: [String] = []
      for id in ids { conditions.append("r.parent_id = \(compiler.bind(.id(id)))") }
      return conditions
    case .root(let id):
      let root = compiler.bind(.id(id))
      return ["r.id = \(root)", "r.root_id = \(root) AND r.parent_id IS NOT NULL"]
    case .definition(let name): return ["r.definition = \(compiler.bind(.text(name)))"]
    case .kind(let kind): return ["r.kind = \(kind.rawValue)::smallint"]
    case .backfill, .schedule, .deployment, .all:
      return RunKind.allCases.map { "r.kind = \($0.rawValue)::smallint" }
    }
  }
}

extension RunWalk.Road {
  /// The most runs, and the most parents, that are looked for one by one.
  private static let mostRuns = 500
  private static let mostParents = 200

  /// The labels that an index has, each of few runs with the same value.
  private static let indexedLabels: Set<String> = ["prefect.parent-task-run"]

  /// The road that a condition alone allows, if any.
  fileprivate init?(_ condition: FilterExpression) {
    switch condition {
    case .compare(.id, .equal, .id(let id)): self = .runs([id])
    case .compare(.label(let key), .equal, .text(let value)) where Self.indexedLabels.contains(key):
      self = .label(key, value)
    case .compare(.parentID, .equal, .id(let id)): self = .parents([id])
    case .compare(.rootID, .equal, .id(let id)): self = .root(id)
    case .compare(.backfillID, .equal, .id(let id)): self = .backfill(id)
    case .compare(.scheduleID, .equal, .id(let id)): self = .schedule(id)
    case .compare(.deploymentID, .equal, let value): self = .deployment(value)
    case .compare(.definition, .equal, .text(let name)): self = .definition(name)
    case .compare(.kind, .equal, .kind(let kind)): self = .kind(kind)
    case .any(let choices):
      var runs = Set<RunID>()
      var parents = Set<RunID>()
      for choice in choices {
        switch choice {
        case .compare(.id, .equal, .id(let id)): runs.insert(id)
        case .compare(.parentID, .equal, .id(let id)): parents.insert(id)
        default: return nil
        }
      }
      guard runs.count <= Self.mostRuns, parents.count <= Self.mostParents,
        runs.isEmpty != parents.isEmpty
      else {
        return nil
      }
      self = runs.isEmpty ? .parents(parents.sorted()) : .runs(runs.sorted())
    default: return nil
    }
  }

  /// The smaller, the fewer runs lie on it.
  fileprivate var rank: Int {
    switch self {
    case .runs: 0
    case .label: 1
    case .parents: 2
    case .root: 3
    case .backfill: 4
    case .schedule: 5
    case .deployment: 6
    case .definition: 7
    case .kind: 8
    case .all: 9
    }
  }
}

extension FilterExpression {
  /// The conditions that must all hold.
  fileprivate var conjuncts: [FilterExpression] {
    if case .all(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] }
  }
}
