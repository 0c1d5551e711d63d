// Decides which of Prefect's filters are conditions on Martlet's runs, and which are not: the one table. A criterion that
// is not in it is refused, never passed over.

internal import MartletModel
internal import MartletProto

/// A filter of Prefect's as the text of one of Martlet's.
struct RunFilter: Equatable {
  /// How the values of a criterion are compared.
  enum Comparison: Sendable {
    /// The field is one of them.
    case any
    /// The field is none of them.
    case none
    /// The list holds all of them.
    case all
    /// The text holds it.
    case like
    /// The time is not before, or not after.
    case after, before
  }

  /// What a criterion asks, by its path in the filter.
  struct Criterion: Sendable {
    let field: String
    let comparison: Comparison
  }

  /// The criteria on the runs that are asked for, of either kind.
  static let own: [String: Criterion] = [
    "id.any_": Criterion(field: "id", comparison: .any),
    "id.not_any_": Criterion(field: "id", comparison: .none),
    "name.any_": Criterion(field: "name", comparison: .any),
    "name.like_": Criterion(field: "name", comparison: .like),
    "tags.all_": Criterion(field: "tags", comparison: .all),
    "tags.any_": Criterion(field: "tags", comparison: .any),
    "deployment_id.any_": Criterion(field: "deployment_id", comparison: .any),
    "state.type.any_": Criterion(field: "state.type", comparison: .any),
    "state.type.not_any_": Criterion(field: "state.type", comparison: .none),
    "state.name.any_": Criterion(field: "state.name", comparison: .any),
    "state.name.not_any_": Criterion(field: "state.name", comparison: .none),
    "start_time.after_": Criterion(field: "start_time", comparison: .after),
    "start_time.before_": Criterion(field: "start_time", comparison: .before),
    "end_time.after_": Criterion(field: "end_time", comparison: .after),
    "end_time.before_": Criterion(field: "end_time", comparison: .before),
    "flow_run_id.any_": Criterion(field: "parent_id", comparison: .any),
    "parent_task_run_id.any_": Criterion(field: "parent_id", comparison: .any),
  ]

  /// The criteria on the flow runs of task runs that are asked for.
  static let flowRunsOfTaskRuns: [String: Criterion] = [
    "id.any_": Criterion(field: "parent_id", comparison: .any)
  ]

  /// The criteria on the flows of flow runs that are asked for.
  static let flowsOfFlowRuns: [String: Criterion] = [
    "name.any_": Criterion(field: "definition", comparison: .any),
    "name.like_": Criterion(field: "definition", comparison: .like),
    "id.any_": Criterion(field: "labels.prefect.flow.id", comparison: .any),
  ]

  /// The conditions, all of which hold.
  private(set) var terms: [String]
  /// A list of which something must be one is empty: nothing does.
  private(set) var isImpossible = false

  /// Whether all of them are directly below one run.
  var isBelowOneRun: Bool { terms.contains { $0.hasPrefix("parent_id = ") } }

  /// Every run of a kind.
  init(_ kind: MartletProto.RunKind) { terms = ["kind = \(kind == .task ? "TASK" : "FLOW")"] }

  /// The filter's text.
  var text: String { terms.joined(separator: " AND ") }

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

  private mutating func add(
    _ value: JSON, _ table: [String: Criterion], path: [String], _ name: String
  ) throws(PrefectFailure) {
    if value == .null || path.last == "operator" && value == .text("and_") { return }
    if case .object(let members) = value {
      for (part, value) in members.pairs { try add(value, table, path: path + [part], name) }
      return
    }
    let joined = path.joined(separator: ".")
    guard let criterion = table[joined] else {
      throw PrefectFailure(501, "Martlet does not filter by \(name).\(joined) yet.")
    }
    let values: [String]
    switch value {
    case .array(let list): values = list.compactMap(\.text)
    default: values = value.text.map { [$0] } ?? []
    }
    add(criterion, values.map(Self.quoted))
  }

  private mutating func add(_ criterion: Criterion, _ values: [String]) {
    let field = criterion.field
    let equals = field == "tags" ? ":" : "="
    switch criterion.comparison {
    case .any:
      if values.isEmpty { isImpossible = true }
      let choices = values.map { "\(field) \(equals) \($0)" }
      terms.append(choices.count == 1 ? choices[0] : "(\(choices.joined(separator: " OR ")))")
    case .none: terms += values.map { "\(field) != \($0)" }
    case .all: terms += values.map { "tags:\($0)" }
    case .like: terms += values.map { "\(field):\($0)" }
    case .after: terms += values.map { "\(field) >= \($0)" }
    case .before: terms += values.map { "\(field) <= \($0)" }
    }
  }

  private static func quoted(_ text: String) -> String {
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
