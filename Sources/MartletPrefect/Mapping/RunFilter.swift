// Decides how Prefect's filters become conditions on Martlet's runs. A criterion that is in none of the tables is refused,
// never passed over.

internal import MartletModel
internal import MartletProto

/// A filter of Prefect's as the text of one of Martlet's.
struct RunFilter: Equatable {
  /// The kind of the runs.
  let kind: MartletProto.RunKind
  /// The conditions, all of which hold.
  private(set) var terms: [String] = []
  /// A list of which something must be one is empty: nothing does.
  private(set) var isImpossible = false
  /// Whether the runs, or those above them, are named: then subflows are looked for among task runs too.
  private var isNamed = false

  /// Whether all of them are directly below one run.
  var isBelowOneRun: Bool { terms.contains { $0.hasPrefix("parent_id = ") } }

  /// Every run of a kind.
  init(_ kind: MartletProto.RunKind) { self.kind = kind }

  /// The filter's text.
  var text: String {
    let kinds = kind == .flow ? ["kind = FLOW"] : isNamed ? [] : ["kind = TASK"]
    return (kinds + terms).joined(separator: " AND ")
  }

  /// Adds the criteria of one filter of a body.
  ///
  /// - Parameters:
  ///   - filter: nothing, null or an object of criteria.
  ///   - table: which criteria there are.
  ///   - name: what the filter is called in the body.
  /// - Throws: 501 for a criterion that is not in the table.
  mutating func add(
    _ filter: JSON?, _ table: [String: Criterion], _ name: String
  ) throws(PrefectFailure) {
    try add(filter ?? .null, table, path: [], name)
  }

  /// Adds the condition that one of the criteria holds; without any of them all do.
  private mutating func addAny(
    of members: JSONMembers, _ table: [String: Criterion], _ path: [String], _ name: String
  ) throws(PrefectFailure) {
    var isAsked = false
    var choices: [String] = []
    for (part, value) in members.pairs where part != "operator" {
      var one = RunFilter(kind)
      try one.add(value, table, path: path + [part], name)
      isNamed = isNamed || one.isNamed
      isAsked = isAsked || one.isImpossible || !one.terms.isEmpty
      if one.isImpossible || one.terms.isEmpty { continue }
      choices.append("(\(one.terms.joined(separator: " AND ")))")
    }
    if choices.isEmpty {
      isImpossible = isImpossible || isAsked
      return
    }
    terms.append(choices.count == 1 ? choices[0] : "(\(choices.joined(separator: " OR ")))")
  }

  /// Adds a condition that it is one of some runs.
  mutating func add(runs ids: [String]) {
    add(Criterion(field: "id", comparison: .any), ids)
  }

  /// Adds a condition that the flow is one of those of these names.
  mutating func add(flows names: [String]) {
    add(Criterion(field: prefix + "definition", comparison: .any), names)
  }

  /// Adds a condition that the pool is one of those of these names.
  mutating func add(pools names: [String]) {
    add(Criterion(field: prefix + "pool", comparison: .any), names)
  }

  /// Adds a condition that the queue is one of these, each with the name of its pool.
  mutating func add(queues: [(pool: String, name: String)]) {
    if queues.isEmpty { isImpossible = true }
    let choices = queues.map { queue in
      "(\(prefix)pool = \(Self.quoted(queue.pool)) AND \(prefix)queue = \(Self.quoted(queue.name)))"
    }
    terms.append(choices.count == 1 ? choices[0] : "(\(choices.joined(separator: " OR ")))")
  }

  /// What the fields of flow runs are called where task runs are asked for.
  private var prefix: String { kind == .task ? "parent." : "" }

  /// Adds a condition on when a run was expected.
  mutating func add(expectedFrom start: Instant, until end: Instant) {
    terms.append(
      "expected_time >= \(Self.quoted(start.rfc3339)) AND expected_time < \(Self.quoted(end.rfc3339))"
    )
  }

  /// Adds a condition that a run has ended, or has not.
  mutating func add(ended: Bool) { terms.append(ended ? "end_time:*" : "NOT end_time:*") }

  private mutating func add(
    _ value: JSON, _ table: [String: Criterion], path: [String], _ name: String
  ) throws(PrefectFailure) {
    if value == .null || path.last == "operator" && value == .text("and_") { return }
    if case .object(let members) = value {
      if members["operator"] == .text("or_") { return try addAny(of: members, table, path, name) }
      for (part, value) in members.pairs { try add(value, table, path: path + [part], name) }
      return
    }
    let joined = path.joined(separator: ".")
    if kind == .task, joined == "subflow_runs.exists_", let exists = Bool(anyForm: value) {
      terms.append(exists ? "kind = FLOW AND parent_id:*" : "kind = TASK")
      isNamed = true
      return
    }
    guard let criterion = table[joined] else {
      throw PrefectFailure(501, "Martlet does not filter by \(name).\(joined) yet.")
    }
    if criterion.comparison == .missing {
      var presence = "\(criterion.field):*"
      if criterion.field == "deployment_id" { presence = "(\(presence) AND \(Run.isOfNoPool))" }
      terms.append(Bool(anyForm: value) == true ? "NOT \(presence)" : presence)
      return
    }
    let values: [String]
    switch value {
    case .array(let list): values = list.compactMap(\.text)
    case _ where [.after, .before].contains(criterion.comparison):
      guard let time = Instant(anyForm: value) else {
        throw PrefectFailure(422, "\(name).\(joined) should be a valid datetime")
      }
      values = [time.rfc3339]
    default: values = value.text.map { [$0] } ?? []
    }
    add(criterion, values)
  }

  private mutating func add(_ criterion: Criterion, _ values: [String]) {
    var field = criterion.field
    var values = values
    let isID = field == "id"
    if field.hasSuffix("id") { values = values.map { UUIDValue(anyForm: $0)?.text ?? $0 } }
    if field == Self.twin {
      field = "id"
      values = values.map { UUIDValue(text: $0)?.twin.text ?? $0 }
    } else if isID, kind == .task {
      // A task run that stands for a subflow has another id than the run that both are.
      values = values.flatMap { id in [id] + (UUIDValue(text: id).map { [$0.twin.text] } ?? []) }
    }
    if field == "parent_id" || isID, criterion.comparison == .any { isNamed = true }
    let quoted = values.map(Self.quoted)
    let equals = field.hasSuffix("tags") ? ":" : "="
    switch criterion.comparison {
    case .any:
      if quoted.isEmpty { isImpossible = true }
      let choices = quoted.map { "\(field) \(equals) \($0)" }
      terms.append(choices.count == 1 ? choices[0] : "(\(choices.joined(separator: " OR ")))")
    case .none: terms += quoted.map { "\(field) != \($0)" }
    case .all: terms += quoted.map { "\(field):\($0)" }
    case .like: terms += quoted.map { "\(field):\($0)" }
    case .after: terms += quoted.map { "\(field) >= \($0)" }
    case .before: terms += quoted.map { "\(field) <= \($0)" }
    case .missing: break
    }
  }

  /// A text as a filter has it.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "\"", "*": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
