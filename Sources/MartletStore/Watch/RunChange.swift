// Decides what can happen to a run that followers hear of: a transition, an edit, or its deletion.

public import MartletModel
import MartletPostgres

/// What happened to a run.
public enum RunChange: Sendable, Equatable {
  /// It went from one state to another, or began.
  case transition(Transition)
  /// It was deleted.
  case removal(RunRemoval)
  /// Its name, labels or tags were edited, or how it is tried again.
  case edit(RunID, in: Namespace)

  /// The run.
  public var runID: RunID {
    switch self {
    case .transition(let transition): transition.runID
    case .removal(let removal): removal.runID
    case .edit(let id, _): id
    }
  }

  /// The run's namespace.
  public var namespace: Namespace {
    switch self {
    case .transition(let transition): transition.namespace
    case .removal(let removal): removal.namespace
    case .edit(_, let namespace): namespace
    }
  }

  /// The run's revision after it; a deletion comes after all of them, and an edit has none that tells whether it is known.
  public var revision: Int64 {
    switch self {
    case .transition(let transition): transition.revision
    case .removal, .edit: .max
    }
  }

  /// Whether nothing more is to be expected of the run.
  public var isEnd: Bool {
    switch self {
    case .transition(let transition): transition.to.type.isTerminal
    case .removal: true
    case .edit: false
    }
  }
}

/// Changes of runs.
enum RunChangeContent: FeedContent {
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<RunChange>] {
    let transitions = try TransitionContent.read(rows, where: passes, on: connection).map {
      FeedEntry(
        value: RunChange.transition($0.value), transaction: $0.transaction, ordinal: $0.ordinal)
    }
    let others =
      try removals(rows, where: passes, on: connection)
      + edits(rows, where: passes, on: connection)
    if others.isEmpty { return transitions }
    return (transitions + others).sorted {
      ($0.transaction, $0.ordinal) < ($1.transaction, $1.ordinal)
    }
  }

  private static func removals(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<RunChange>] {
    var places: [RunID: (transaction: Int64, ordinal: Int32)] = [:]
    for row in rows where row.isOfEvents {
      for (index, run) in row.runs.enumerated()
      where row.revisions[index] == FeedRow.removed && passes(run) {
        places[run] = (row.transaction, Int32(truncatingIfNeeded: index))
      }
    }
    if places.isEmpty { return [] }
    return try connection.query(SQL.readRemovals) { $0.bindArray(places.keys.sorted()) }
      .map { row throws(PostgresError) in try RunRemoval(row) }
      .compactMap { removal in
        places[removal.runID].map {
          FeedEntry(
            value: RunChange.removal(removal), transaction: $0.transaction, ordinal: $0.ordinal)
        }
      }
  }

  private static func edits(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<RunChange>] {
    let edited = rows.filter { $0.revisions.first == FeedRow.edited && passes($0.runs[0]) }
    if edited.isEmpty { return [] }
    var namespaces: [RunID: Namespace] = [:]
    try connection.query(SQL.readRunNamespaces) {
      $0.bindArray(Set(edited.map { $0.runs[0] }).sorted())
    }.forEach { row throws(PostgresError) in namespaces[try row.get(0)] = try row.get(1) }
    // One that was deleted since has none: its removal follows.
    return edited.compactMap { row in
      namespaces[row.runs[0]].map {
        FeedEntry(
          value: RunChange.edit(row.runs[0], in: $0), transaction: row.transaction, ordinal: 0)
      }
    }
  }

  static func run(of value: RunChange) -> RunID { value.runID }
  static func namespace(of value: RunChange) -> Namespace { value.namespace }
}
