// Decides which criteria of Prefect's filters are conditions on Martlet's runs, and on which of their fields: the tables.

extension RunFilter {
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
    /// Whether there is no value.
    case missing
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
    "tags.is_null_": Criterion(field: "tags", comparison: .missing),
    "deployment_id.any_": Criterion(field: "deployment_id", comparison: .any),
    "deployment_id.is_null_": Criterion(field: "deployment_id", comparison: .missing),
    "state.type.any_": Criterion(field: "state.type", comparison: .any),
    "state.type.not_any_": Criterion(field: "state.type", comparison: .none),
    "state.name.any_": Criterion(field: "state.name", comparison: .any),
    "state.name.not_any_": Criterion(field: "state.name", comparison: .none),
    "expected_start_time.after_": Criterion(field: "expected_time", comparison: .after),
    "expected_start_time.before_": Criterion(field: "expected_time", comparison: .before),
    "start_time.after_": Criterion(field: "start_time", comparison: .after),
    "start_time.before_": Criterion(field: "start_time", comparison: .before),
    "start_time.is_null_": Criterion(field: "start_time", comparison: .missing),
    "end_time.after_": Criterion(field: "end_time", comparison: .after),
    "end_time.before_": Criterion(field: "end_time", comparison: .before),
    "end_time.is_null_": Criterion(field: "end_time", comparison: .missing),
    "flow_run_id.any_": Criterion(field: "parent_id", comparison: .any),
    "flow_run_id.is_null_": Criterion(field: "parent_id", comparison: .missing),
    "parent_flow_run_id.any_": Criterion(field: "parent_id", comparison: .any),
    "parent_task_run_id.any_": Criterion(field: Self.twin, comparison: .any),
    "parent_task_run_id.is_null_": Criterion(field: "parent_id", comparison: .missing),
  ]

  /// The criteria on the flow runs of task runs that are asked for: of the runs above them.
  static let flowRunsOfTaskRuns = ofParent(own).merging([
    "id.any_": Criterion(field: "parent_id", comparison: .any)
  ]) { $1 }

  /// The criteria on what the flow runs of task runs belong to.
  static let flowsOfTaskRuns = ofParent(flowsOfFlowRuns)
  static let deploymentsOfTaskRuns = ofParent(deploymentsOfFlowRuns)
  static let poolsOfTaskRuns = ofParent(poolsOfFlowRuns)
  static let queuesOfTaskRuns = ofParent(queuesOfFlowRuns)

  private static func ofParent(_ table: [String: Criterion]) -> [String: Criterion] {
    table.filter { $0.value.field != twin }
      .mapValues { Criterion(field: "parent.\($0.field)", comparison: $0.comparison) }
  }

  /// The criteria on the flows of flow runs that are asked for; ids of flows are replaced by names before.
  static let flowsOfFlowRuns: [String: Criterion] = [
    "name.any_": Criterion(field: "definition", comparison: .any),
    "name.like_": Criterion(field: "definition", comparison: .like),
  ]

  /// The criteria on the deployments of flow runs that are asked for.
  static let deploymentsOfFlowRuns: [String: Criterion] = [
    "id.any_": Criterion(field: "deployment_id", comparison: .any)
  ]

  /// The criteria on the pools of flow runs that are asked for.
  static let poolsOfFlowRuns: [String: Criterion] = [
    "name.any_": Criterion(field: "pool", comparison: .any)
  ]

  /// The criteria on the queues of flow runs that are asked for.
  static let queuesOfFlowRuns: [String: Criterion] = [
    "name.any_": Criterion(field: "queue", comparison: .any)
  ]

  /// What stands for the id of the subflow that a task run stands for.
  static let twin = "twin"
}
