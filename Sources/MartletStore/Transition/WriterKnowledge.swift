// Decides what the writers of a replica share, and how it is counted which road their batches took.

import MartletModel
import MartletPostgres
import Metrics

/// What the writers of a replica know without asking Postgres.
final class WriterKnowledge: Sendable {
  /// The definitions known to be registered.
  let flows = FlowRegistry()
  /// The runs as they were last seen.
  let memory = Locked(RunMemory())
  /// What time it is in Postgres.
  let clock = Locked(DatabaseClock())
  /// Which tags have a limit.
  let tagLimits = Locked(TagLimits())
  /// The waits that are the same for all runs.
  let timing: TransitionTiming

  init(timing: TransitionTiming = .standard) { self.timing = timing }

  private let tally = Locked(BatchRoads())
  private let counters = BatchRoad.allCases.map {
    Metrics.Counter(
      label: "martlet_transition_transactions_total", dimensions: [("road", $0.rawValue)])
  }

  /// Counts a transaction.
  func count(_ road: BatchRoad) {
    tally.withLock { $0[road] += 1 }
    counters[road.index].increment()
  }

  /// The transactions so far.
  var roads: BatchRoads { tally.withLock { $0 } }
}

/// How a transaction came to its decisions.
enum BatchRoad: String, CaseIterable, Sendable {
  /// By what the replica remembered, which Postgres found true: one round trip.
  case memory
  /// By what it remembered, which Postgres found out of date: nothing was written.
  case outdated
  /// By rows that it locked and read: two round trips.
  case locks

  fileprivate var index: Int {
    switch self {
    case .memory: 0
    case .outdated: 1
    case .locks: 2
    }
  }
}

/// Transactions by the road they took.
struct BatchRoads: Sendable, Equatable {
  private var counts = Array(repeating: 0, count: BatchRoad.allCases.count)

  /// The number of transactions on a road.
  fileprivate(set) subscript(road: BatchRoad) -> Int {
    get { counts[road.index] }
    set { counts[road.index] = newValue }
  }
}
