// Decides a batch: locked rows, commands in order and the time go in, writes and answers come out.

/// The pure heart of the store: many commands on many runs, several of one run folding in order.
public enum TransitionBatch {
  /// The rows a batch must lock, each list sorted and without repeats.
  public struct Keys: Sendable, Equatable {
    /// Runs that commands address: lock these, and the parents of those that exist.
    public var runs: [RunID]
    /// Parents that creates name and no command addresses: lock these for share.
    public var parents: [RunID]
  }

  /// What must be locked and read before `decide`.
  ///
  /// For a run that exists, hand in its parent's row too (locked for share) when a command may start
  /// it; a parent that is not handed in counts as one that lets its children start.
  public static func keys(of commands: [Command]) -> Keys {
    var runs: [RunID] = []
    runs.reserveCapacity(commands.count)
    var parents: [RunID] = []
    for command in commands {
      runs.append(command.runID)
      if case .report(let report) = command, let parent = report.newRun?.parentID {
        parents.append(parent)
      }
    }
    runs.sortAndUnique()
    parents.sortAndUnique()
    if !parents.isEmpty {
      var next = runs.startIndex
      parents.removeAll { parent in
        while next < runs.endIndex, runs[next] < parent { next += 1 }
        return next < runs.endIndex && runs[next] == parent
      }
    }
    return Keys(runs: runs, parents: parents)
  }

  /// Decides every command in order.
  ///
  /// - Parameters:
  ///   - commands: Commands whose values are validated already.
  ///   - runs: The locked rows of the runs they address and of parents, in any order (id order is
  ///     fastest); a run that is missing does not exist.
  ///   - now: Postgres's clock, read in the locking statement.
  ///   - timing: The waits that are the same for all runs.
  ///   - gate: What is known of limits.
  ///   - told: Which of what the commands tell was told before.
  ///   - machine: The state machine; tests hand in broken ones.
  public static func decide(
    _ commands: [Command], runs: [RunSnapshot], now: Instant, timing: TransitionTiming = .standard,
    gate: SlotGate = SlotGate(), told: Set<ToldKey> = [], machine: StateMachine = .standard
  ) -> TransitionPlan {
    var fold = TransitionFold(
      runs: runs, commands: commands, now: now, timing: timing, gate: gate, told: told,
      machine: machine)
    for index in commands.indices { fold.apply(commands[index], at: index) }
    return fold.finish()
  }
}

/// What something that is told of a run is known by.
public struct ToldKey: Sendable, Hashable {
  /// The run.
  public var runID: RunID
  /// The id of the tale.
  public var id: UUIDValue

  /// Makes a key.
  public init(runID: RunID, id: UUIDValue) {
    self.runID = runID
    self.id = id
  }
}

extension Command {
  /// What it is known by, if it tells something.
  public var toldKey: ToldKey? {
    guard case .report(let report) = self, let tale = report.tale else { return nil }
    return ToldKey(runID: report.runID, id: tale.id)
  }
}

extension [RunID] {
  /// Sorts and drops repeats.
  fileprivate mutating func sortAndUnique() {
    sort()
    guard count > 1 else { return }
    var kept = 1
    for index in 1..<count where self[index] != self[kept - 1] {
      self[kept] = self[index]
      kept += 1
    }
    removeLast(count - kept)
  }
}
