// Decides what a replica remembers of the runs it wrote last, so that it can decide their next reports without asking
// first: Postgres is asked in the same breath as it is told, and refuses when the memory is out of date.

import MartletModel

/// The rows of runs as this replica last saw them. Never the truth: whatever is decided by it is committed only if
/// Postgres finds the rows there and unchanged.
struct RunMemory: Sendable {
  /// What a decision may rest on.
  struct Recollection {
    /// The addressed runs and the parents that matter, in id order.
    var runs: [RunSnapshot]
    /// The ids of parents that are only read.
    var readOnly: Set<RunID>
  }

  private let capacity: Int
  /// Two generations: what is touched moves to the young one, and the old one is dropped as a whole.
  private var young: [RunID: RunSnapshot] = [:]
  private var old: [RunID: RunSnapshot] = [:]
  /// Batches to be decided under locks after the memory was wrong.
  private var distrusted = 0

  /// - Parameter capacity: Most runs of a generation; there are two.
  init(capacity: Int = 4096) { self.capacity = capacity }

  /// The rows that a decision on these commands needs; nil when one is not remembered, or the memory was wrong lately.
  mutating func recall(_ commands: [Command], _ keys: TransitionBatch.Keys) -> Recollection? {
    guard distrusted == 0 else {
      distrusted -= 1
      return nil
    }
    var created: Set<RunID> = []
    for command in commands {
      // Whether something was told before is only in the history.
      guard case .report(let report) = command, report.tale == nil else { return nil }
      if case .create = report.item { created.insert(report.runID) }
    }
    var runs: [RunSnapshot] = []
    runs.reserveCapacity(keys.runs.count + keys.parents.count)
    for id in keys.runs {
      if let run = recall(id) {
        runs.append(run)
      } else if !created.contains(id) {
        return nil
      }
    }
    for id in keys.parents {
      guard let parent = recall(id) else { return nil }
      runs.append(parent)
    }
    var known = Set(keys.runs)
    known.formUnion(keys.parents)
    var readOnly: Set<RunID> = []
    for command in commands {
      guard let id = command.starts, let parent = recall(id)?.parentID else { continue }
      guard known.insert(parent).inserted else { continue }
      guard let row = recall(parent) else { return nil }
      readOnly.insert(parent)
      runs.append(row)
    }
    runs.sort { $0.id < $1.id }
    return Recollection(runs: runs, readOnly: readOnly)
  }

  private mutating func recall(_ id: RunID) -> RunSnapshot? {
    if let run = young[id] { return run }
    guard let run = old.removeValue(forKey: id) else { return nil }
    keep(run)
    return run
  }

  private mutating func keep(_ run: RunSnapshot) {
    young[run.id] = run
    if young.count > capacity {
      old = young
      young = [:]
    }
  }

  /// Keeps rows as they were read or written; runs that have ended are of no further use.
  mutating func remember(_ runs: [RunSnapshot]) {
    for run in runs {
      if let known = young[run.id] ?? old[run.id],
        (known.revision, known.lastSeq) > (run.revision, run.lastSeq)
      {
        continue
      }
      old[run.id] = nil
      if run.stateType.isTerminal { young[run.id] = nil } else { keep(run) }
    }
  }

  /// Drops rows that may have changed.
  mutating func forget(_ keys: TransitionBatch.Keys) { forget(keys.runs + keys.parents) }

  /// Drops the rows of some runs.
  mutating func forget(_ runs: [RunID]) {
    for id in runs {
      young[id] = nil
      old[id] = nil
    }
  }

  /// Says that rows were not as remembered: others write too, so the next batches ask first.
  mutating func wasWrong(about recollection: Recollection) {
    distrusted = 8
    for run in recollection.runs {
      young[run.id] = nil
      old[run.id] = nil
    }
  }
}
