// Decides what a filter becomes in SQL: text from here, values only as parameters.

import MartletModel
import MartletPostgres

/// A value that a filter binds.
enum BoundValue: Sendable {
  case text(String)
  case id(RunID)
  case number(Int16)
  case time(Instant)
  case count(Int64)

  /// The type to cast the parameter to.
  var type: String {
    switch self {
    case .text: "text"
    case .id: "uuid"
    case .number: "smallint"
    case .time: "timestamptz"
    case .count: "bigint"
    }
  }

  func bind(to buffer: inout ParameterBuffer) {
    switch self {
    case .text(let value): buffer.bind(value)
    case .id(let value): buffer.bind(value)
    case .number(let value): buffer.bind(value)
    case .time(let value): buffer.bind(value)
    case .count(let value): buffer.bind(value)
    }
  }
}

/// Compiles filters; parameters are numbered after those of the statement.
struct FilterCompiler {
  private(set) var values: [BoundValue] = []
  private let first: Int

  /// - Parameter first: The number of the first parameter that is free.
  init(first: Int) { self.first = first }

  /// Binds a value and names its parameter.
  mutating func bind(_ value: BoundValue) -> String {
    values.append(value)
    return "$\(first + values.count - 1)::\(value.type)"
  }

  /// The condition in SQL, in parentheses.
  mutating func condition(_ filter: FilterExpression) -> String {
    switch filter {
    case .all(let parts): return joined(parts, " AND ")
    case .any(let parts): return joined(parts, " OR ")
    case .not(let part): return "(\(condition(part))) IS NOT TRUE"
    case .has(.parent(let field)): return ofParent(presence(field))
    case .compare(.parent(let field), .notEqual, let value):
      return "(\(ofParent(comparison(field, .equal, value))) IS NOT TRUE)"
    case .compare(.parent(let field), let operation, let value):
      return ofParent(comparison(field, operation, value))
    case .has(let field): return presence(field)
    case .compare(let field, let operation, let value):
      return comparison(field, operation, value)
    }
  }

  /// A condition on the run above: its names stand for that run inside, and for the run itself outside.
  private func ofParent(_ condition: String) -> String {
    "(r.parent_id IN (SELECT r.id FROM run r JOIN run_state s ON s.id = r.id"
      + " WHERE r.namespace = $1::text AND \(condition)))"
  }

  private mutating func joined(_ parts: [FilterExpression], _ word: String) -> String {
    var texts: [String] = []
    for part in parts { texts.append(condition(part)) }
    return "(" + texts.joined(separator: word) + ")"
  }

  private mutating func presence(_ field: FilterField) -> String {
    switch field {
    case .label(let key): return "(r.labels ? \(bind(.text(key))))"
    case .tags: return "(cardinality(r.tags) > 0)"
    case .name, .definition, .stateName: return "(\(column(field)) <> '')"
    default: return "(\(column(field)) IS NOT NULL)"
    }
  }

  private mutating func comparison(
    _ field: FilterField, _ operation: FilterOperator, _ value: FilterValue
  ) -> String {
    if case .prefix(let prefix) = value {
      let test = "starts_with(\(column(field)), \(bind(.text(prefix))))"
      return operation == .notEqual ? "(\(test) IS NOT TRUE)" : "(\(test))"
    }
    let column = column(field)
    let bound = operand(value)
    switch (field, operation) {
    case (.tags, .notEqual): return "(NOT r.tags @> ARRAY[\(bound)])"
    case (.tags, _): return "(r.tags @> ARRAY[\(bound)])"
    case (.deploymentID, .notEqual):
      // One that a filter names may not exist: then its id is null, and no run's.
      return "((\(column) = \(bound)) IS NOT TRUE)"
    case (_, .has): return "(strpos(lower(\(column)), lower(\(bound))) > 0)"
    case (_, .notEqual): return "(\(column) IS DISTINCT FROM \(bound))"
    default: return "(\(column) \(operation.rawValue) \(bound))"
    }
  }

  /// A value in SQL. The first parameter of the statement is the namespace.
  mutating func operand(_ value: FilterValue) -> String {
    switch value {
    case .text(let text), .prefix(let text): return bind(.text(text))
    case .id(let id): return bind(.id(id))
    case .kind(let kind): return bind(.number(kind.rawValue))
    case .stateType(let type): return bind(.number(type.rawValue))
    case .time(let time): return bind(.time(time))
    case .deployment(let reference):
      return "(SELECT n.id FROM deployment n WHERE n.namespace = $1::text"
        + " AND n.flow = \(bind(.text(reference.flow ?? "")))"
        + " AND n.name = \(bind(.text(reference.name ?? ""))))"
    }
  }

  private mutating func column(_ field: FilterField) -> String {
    switch field {
    case .id: "r.id"
    case .name: "r.name"
    case .kind: "r.kind"
    case .definition: "r.definition"
    case .stateType: "s.state_type"
    case .stateName: "s.state_name"
    case .parentID: "r.parent_id"
    case .rootID: "r.root_id"
    case .createTime: "r.create_time"
    case .expectedTime: "coalesce(r.due_time, r.create_time)"
    case .startTime: "s.start_time"
    case .endTime: "s.end_time"
    case .tags: "r.tags"
    case .label(let key): "(r.labels ->> \(bind(.text(key))))"
    case .deploymentID: "(SELECT d.deployment_id FROM run_deployment d WHERE d.run_id = r.id)"
    case .scheduleID: "(SELECT d.schedule_id FROM run_deployment d WHERE d.run_id = r.id)"
    case .backfillID: "(SELECT d.backfill_id FROM run_deployment d WHERE d.run_id = r.id)"
    case .pool:
      "(SELECT p.name FROM run_deployment d JOIN pool p ON p.id = d.pool_id WHERE d.run_id = r.id)"
    case .queue:
      "(SELECT q.name FROM run_deployment d JOIN queue q ON q.id = d.queue_id WHERE d.run_id = r.id)"
    case .parent(let field): column(field)
    }
  }
}
