// Decides which runs may be deleted: those that nobody is at work on, and only with everything below them.

extension RunSnapshot {
  /// Whether it may be deleted: it has ended, or it waits and nobody has it.
  public var isDeletable: Bool {
    switch stateType {
    case .completed, .failed, .cancelled, .crashed: true
    case .scheduled, .paused: executionID == nil && sessionID == nil
    case .pending, .running, .cancelling: false
    }
  }
}

/// A decision on some trees of runs, to be made while their rows are locked.
public struct RunDeletion: Sendable, Equatable {
  /// A run that is to be deleted with all that are below it.
  public struct Tree: Sendable, Equatable {
    /// The run.
    public var top: RunID
    /// The run and those below it, as far as they are known.
    public var runs: [RunID]

    /// Makes a tree.
    public init(top: RunID, runs: [RunID]) {
      self.top = top
      self.runs = runs
    }
  }

  /// What becomes of a tree.
  public enum Answer: Sendable, Equatable {
    /// It goes, so many runs.
    case deleted(runs: Int)
    /// There is no such run.
    case notFound
    /// It stays, for somebody may be at work on this run of it.
    case held(RunID, StateType)
    /// It has grown: it is to be read and locked anew.
    case grown
  }

  /// An answer to each tree.
  public private(set) var answers: [Answer] = []
  /// The runs that go, in id order.
  public private(set) var runs: [RunID] = []

  /// Decides each tree on its own; trees may overlap.
  ///
  /// - Parameters:
  ///   - trees: What is to go.
  ///   - locked: The locked rows of their runs; a run that is missing is gone.
  ///   - children: The children of these runs, read under the locks.
  public init(_ trees: [Tree], locked: [RunSnapshot], children: [(id: RunID, parent: RunID)]) {
    let rows = Dictionary(locked.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let below = Dictionary(grouping: children, by: \.parent)
    var gone: Set<RunID> = []
    for tree in trees {
      let known = Set(tree.runs)
      let present = tree.runs.compactMap { rows[$0] }
      if rows[tree.top] == nil {
        answers.append(.notFound)
      } else if let held = present.first(where: { !$0.isDeletable }) {
        answers.append(.held(held.id, held.stateType))
      } else if present.contains(where: { run in
        below[run.id]?.contains { !known.contains($0.id) } == true
      }) {
        answers.append(.grown)
      } else {
        answers.append(.deleted(runs: present.count))
        gone.formUnion(present.map(\.id))
      }
    }
    runs = gone.sorted()
  }
}
