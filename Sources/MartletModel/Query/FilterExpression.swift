// Decides what a filter means once parsed: a typed tree over a closed table of fields, which the store
// compiles to SQL with bound values.

/// A condition on runs: the typed tree of an AIP-160 filter.
public indirect enum FilterExpression: Sendable, Equatable {
  /// All of them hold; never empty.
  case all([FilterExpression])
  /// Any of them holds; never empty.
  case any([FilterExpression])
  /// It does not hold.
  case not(FilterExpression)
  /// A field compares with a value; the value's type is the field's.
  case compare(FilterField, FilterOperator, FilterValue)
  /// The field has a value: `parent_id:*`, `labels.team:*`.
  case has(FilterField)
}

/// A field of a run that filters may name: the closed table.
public indirect enum FilterField: Sendable, Hashable {
  /// `id`
  case id
  /// `name`
  case name
  /// `kind`
  case kind
  /// `definition`, and `flow` or `task`, which also fix the kind
  case definition
  /// `state.type`, or `state`
  case stateType
  /// `state.name`
  case stateName
  /// `parent_id`
  case parentID
  /// `root_id`
  case rootID
  /// `create_time`
  case createTime
  /// `expected_time`: when it was to start, or was created.
  case expectedTime
  /// `start_time`
  case startTime
  /// `end_time`
  case endTime
  /// `tags`
  case tags
  /// `labels.KEY`
  case label(String)
  /// `deployment_id`, and `deployment`, which also takes `flow/name`
  case deploymentID
  /// `schedule_id`
  case scheduleID
  /// `backfill_id`
  case backfillID
  /// `pool`, by name
  case pool
  /// `queue`, by name
  case queue
  /// `parent.FIELD`: a field of the run directly above, which is looked up in the database
  case parent(FilterField)
}

/// How a field is compared with a value.
public enum FilterOperator: String, Sendable, Hashable, CaseIterable {
  /// The same.
  case equal = "="
  /// Another; also true where the field has no value.
  case notEqual = "!="
  /// Less.
  case less = "<"
  /// Less or the same.
  case lessOrEqual = "<="
  /// Greater.
  case greater = ">"
  /// Greater or the same.
  case greaterOrEqual = ">="
  /// `tags:x`: the list holds it. `name:x`, `definition:x`: the text contains it, case ignored.
  case has = ":"
}

/// A value in a filter, of its field's type.
public enum FilterValue: Sendable, Equatable {
  /// Text, taken as it is.
  case text(String)
  /// Text that must begin so, from `name = "etl-*"`.
  case prefix(String)
  /// An id: of a run, or of what else the field has.
  case id(RunID)
  /// A deployment by flow and name.
  case deployment(DeploymentReference)
  /// A kind.
  case kind(RunKind)
  /// A type of state.
  case stateType(StateType)
  /// A time.
  case time(Instant)
}

/// What is wrong with a filter or an order, and where.
public struct QueryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The offset in the text, in UTF-8 bytes from 0.
  public var position: Int
  /// What is wrong, a sentence without a full stop.
  public var problem: String

  /// Names a problem at an offset.
  public init(position: Int, problem: String) {
    self.position = position
    self.problem = problem
  }

  /// The sentence with its place, counted from 1.
  public var description: String { "\(problem) at position \(position + 1)" }
}
