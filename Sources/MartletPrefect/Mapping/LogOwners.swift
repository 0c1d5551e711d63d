// Decides which lines below a flow run are those of the flow run to Prefect: its own and those of its task runs.

internal import MartletProto

/// Whose lines are shown in the log of a run.
struct LogOwners {
  /// The run whose log is read.
  let flowRun: String
  private let isWhole: Bool
  private var known: [String: Bool]

  /// Takes a run; unless the log is whole, there are no lines but its own.
  init(flowRun: String, isWhole: Bool) {
    self.flowRun = flowRun
    self.isWhole = isWhole
    known = [flowRun: true]
  }

  /// The runs of lines of which nothing is known yet.
  func unknown(in entries: [LogEntry]) -> [String] {
    isWhole ? Set(entries.map(\.runID)).filter { known[$0] == nil }.sorted() : []
  }

  /// Notes which of some runs are task runs of the flow run.
  mutating func note(_ tasks: [String], of some: [String]) {
    for run in some { known[run] = false }
    for run in tasks { known[run] = true }
  }

  /// Whether a line is shown.
  func hold(_ entry: LogEntry) -> Bool { !isWhole || known[entry.runID] ?? false }
}
