// Decides what can happen to a run that followers hear of: a transition, or its deletion.

public import MartletModel
import MartletPostgres

/// What happened to a run.
public enum RunChange: Sendable, Equatable {
  /// It went from one state to another, or began.
  case transition(Transition)
  /// It was deleted.
  case removal(RunRemoval)

  /// The run.
  public var runID: RunID {
    switch self {
    case .transition(let transition): transition.runID
    case .removal(let removal): removal.runID
    }
  }

  /// The run's namespace.
  public var namespace: Namespace {
    switch self {
    case .transition(let transition): transition.namespace
    case .removal(let removal): removal.namespace
    }
  }

  /// The run's revision after it; a deletion comes after all of them.
  public var revision: Int64 {
    switch self {
    case .transition(let transition): transition.revision
    case .removal: .max
    }
  }

  /// Whether nothing more is to be expected of the run.
  public var isEnd: Bool {
    switch self {
    case .transition(let transition): transition.to.type.isTerminal
    case .removal: true
    }
  }
}

/// Changes of runs.
enum RunChangeContent: FeedContent {
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<RunChange>] {
    let entries = try TransitionContent.read(rows, where: passes, on: connection).map {
      FeedEntry(
        value: RunChange.transition($0.value), transaction: $0.transaction, ordinal: $0.ordinal)
    }
    var places: [RunID: (transaction: Int64, ordinal: Int32)] = [:]
    for row in rows where row.isOfEvents {
      for (index, run) in row.runs.enumerated()
      where row.revisions[index] == FeedRow.removed && passes(run) {
        places[run] = (row.transaction, Int32(truncatingIfNeeded: index))
      }
    }
    if places.isEmpty { return entries }
    let removals = try connection.query(SQL.readRemovals) { $0.bindArray(places.keys.sorted()) }
      .map { row throws(PostgresError) in try RunRemoval(row) }
      .compactMap { removal in
        places[removal.runID].map {
          FeedEntry(
            value: RunChange.removal(removal), transaction: $0.transaction, ordinal: $0.ordinal)
        }
      }
    return (entries + removals).sorted {
      ($0.transaction, $0.ordinal) < ($1.transaction, $1.ordinal)
    }
  }

  static func run(of value: RunChange) -> RunID { value.runID }
  static func namespace(of value: RunChange) -> Namespace { value.namespace }
}
