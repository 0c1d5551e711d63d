// Decides which fields a filter may name, which comparators each takes, and how its values are read.

/// The closed table of fields.
enum FilterSchema {
  /// A field as a filter names it.
  struct Entry {
    let name: String
    let field: FilterField
    let type: ValueType
    /// The kind that the name fixes beside the comparison: `flow`, `task`.
    var kind: RunKind?
  }

  /// What sort of value a field has.
  enum ValueType {
    case text, id, deployment, kind, stateType, time, list, label

    var comparators: [FilterOperator] {
      switch self {
      case .text, .label: [.equal, .notEqual, .has]
      case .id, .deployment: [.equal, .notEqual, .has]
      case .kind, .stateType: [.equal, .notEqual]
      case .time: [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .has]
      case .list: [.has]
      }
    }
  }

  static let entries: [Entry] = [
    Entry(name: "id", field: .id, type: .id),
    Entry(name: "name", field: .name, type: .text),
    Entry(name: "kind", field: .kind, type: .kind),
    Entry(name: "definition", field: .definition, type: .text),
    Entry(name: "flow", field: .definition, type: .text, kind: .flow),
    Entry(name: "task", field: .definition, type: .text, kind: .task),
    Entry(name: "state", field: .stateType, type: .stateType),
    Entry(name: "state.type", field: .stateType, type: .stateType),
    Entry(name: "state.name", field: .stateName, type: .text),
    Entry(name: "parent_id", field: .parentID, type: .id),
    Entry(name: "root_id", field: .rootID, type: .id),
    Entry(name: "create_time", field: .createTime, type: .time),
    Entry(name: "expected_time", field: .expectedTime, type: .time),
    Entry(name: "start_time", field: .startTime, type: .time),
    Entry(name: "end_time", field: .endTime, type: .time),
    Entry(name: "tags", field: .tags, type: .list),
    Entry(name: "deployment", field: .deploymentID, type: .deployment),
    Entry(name: "deployment_id", field: .deploymentID, type: .id),
    Entry(name: "schedule_id", field: .scheduleID, type: .id),
    Entry(name: "backfill_id", field: .backfillID, type: .id),
    Entry(name: "pool", field: .pool, type: .text),
    Entry(name: "queue", field: .queue, type: .text),
  ]

  /// Finds a field by its path.
  static func field(_ names: [String], at position: Int) throws(QueryError) -> Entry {
    let path = names.joined(separator: ".")
    if names[0] == "labels" {
      let key = names.dropFirst().joined(separator: ".")
      guard !key.isEmpty else {
        throw QueryError(position: position, problem: "Name a label: labels.KEY")
      }
      guard !key.utf8.contains(0) else {
        throw QueryError(position: position, problem: "A label's key holds no NUL")
      }
      return Entry(name: path, field: .label(key), type: .label)
    }
    if let entry = entries.first(where: { $0.name == path }) { return entry }
    if names[0] == "parent", names.count > 1, names[1] != "parent" {
      let entry = try field(Array(names.dropFirst()), at: position)
      guard entry.kind == nil else {
        throw QueryError(
          position: position, problem: "Compare parent.definition, and parent.kind if need be")
      }
      return Entry(name: path, field: .parent(entry.field), type: entry.type)
    }
    let known = (entries.map(\.name) + ["labels.KEY", "parent.FIELD"]).joined(separator: ", ")
    throw QueryError(
      position: position, problem: "There is no field \"\(path)\"; there are \(known)")
  }
}

extension FilterSchema.Entry {
  /// Makes a comparison, its value read as the field's type.
  func comparison(
    _ comparator: FilterOperator, at place: Int, text: String, isPrefix: Bool, valueAt: Int
  ) throws(QueryError) -> FilterExpression {
    guard type.comparators.contains(comparator) else {
      let known = type.comparators.map(\.rawValue).joined(separator: " ")
      throw QueryError(
        position: place,
        problem: "\"\(name)\" cannot be compared by \(comparator.rawValue), but by"
          + " \(known)")
    }
    if text.utf8.contains(0) {
      throw QueryError(position: valueAt, problem: "A value holds no NUL")
    }
    let comparison: FilterExpression
    if comparator == .has, text.isEmpty, isPrefix {
      comparison = .has(field)
    } else if comparator == .has, type == .id || type == .deployment || type == .time {
      throw QueryError(
        position: valueAt, problem: "\"\(name)\" takes only * after the colon")
    } else {
      let value = try value(text, isPrefix: isPrefix, comparator, at: valueAt)
      // A label that has a value is one that equals it.
      let settled: FilterOperator = type == .label && comparator == .has ? .equal : comparator
      comparison = .compare(field, settled, value)
    }
    guard let kind else { return comparison }
    return .all([.compare(.kind, .equal, .kind(kind)), comparison])
  }

  private func value(
    _ text: String, isPrefix: Bool, _ comparator: FilterOperator, at position: Int
  ) throws(QueryError) -> FilterValue {
    if isPrefix {
      guard type == .text || type == .label, comparator != .has || type == .label else {
        throw QueryError(position: position, problem: "\"\(name)\" takes no * here")
      }
      return .prefix(text)
    }
    switch type {
    case .text, .label: return .text(text)
    case .list:
      guard !text.isEmpty else {
        throw QueryError(position: position, problem: "A tag is not empty")
      }
      return .text(text)
    case .id:
      guard let id = RunID(text) else {
        throw QueryError(position: position, problem: "\"\(text)\" is not an id: give a UUID")
      }
      return .id(id)
    case .deployment:
      do throws(InvalidValue) {
        switch try DeploymentReference(text, name) {
        case .id(let id): return .id(RunID(id.value))
        case .named(let flow, let name): return .deployment(.named(flow: flow, name: name))
        }
      } catch {
        throw QueryError(position: position, problem: "\"\(text)\" \(error.problem)")
      }
    case .kind:
      guard let kind = RunKind(name: text.without("RUN_KIND_")) else {
        let known = RunKind.allCases.map(\.description).joined(separator: ", ")
        throw QueryError(position: position, problem: "\"\(text)\" is none of \(known)")
      }
      return .kind(kind)
    case .stateType:
      guard let state = StateType(name: text.without("STATE_TYPE_")) else {
        let known = StateType.allCases.map(\.description).joined(separator: ", ")
        throw QueryError(position: position, problem: "\"\(text)\" is none of \(known)")
      }
      return .stateType(state)
    case .time:
      guard let time = Instant(rfc3339: text) else {
        throw QueryError(
          position: position,
          problem: "\"\(text)\" is not a time such as 2026-11-21T09:30:00Z")
      }
      return .time(time)
    }
  }
}

extension String {
  /// The short name of a value of an enum: filters take it, and the name that JSON writes.
  fileprivate func without(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
