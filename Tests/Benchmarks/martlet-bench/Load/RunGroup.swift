// Decides what the runs of the load look like and what they report: three transitions each, one a frame.

import ArgumentParser
import Martlet
import MartletProto

/// Runs that go through their lives side by side.
struct RunGroup: Sendable {
  /// The transitions of a run, in order.
  enum Step: Int, CaseIterable, Sendable {
    case create, start, complete
  }

  /// The runs.
  let ids: [String]
  private let execution = Identifier.random()

  /// Names runs that do not exist yet.
  init(size: Int) {
    ids = (0..<size).map { _ in Identifier.timeOrdered() }
  }

  /// The reports of a step, one a run.
  func reports(_ step: Step) -> [RunReport] {
    ids.map { id in
      RunReport(
        runID: id, epoch: 1, executionID: execution, seq: Int64(step.rawValue + 1),
        item: item(step))
    }
  }

  private func item(_ step: Step) -> RunReport.Item {
    switch step {
    case .create: .create(Run(kind: .task, name: "extract", definition: "extract"))
    case .start: .propose(State(type: .running))
    case .complete: .propose(State(type: .completed, message: "All well."))
    }
  }

  /// Checks that every report of a frame was accepted, for the first time.
  func check(_ results: [ReportResult]) throws {
    guard results.count == ids.count else {
      throw ValidationError("\(ids.count) reports got \(results.count) answers")
    }
    for result in results {
      guard case .verdict(let verdict) = result.outcome, verdict.code == .accepted,
        !verdict.duplicate
      else { throw ValidationError("a report was not accepted: \(result)") }
    }
  }
}

/// The session of one simulated executor.
func executorSession() -> Session {
  Session(id: Identifier.random(), lease: .seconds(600), holder: "martlet-bench")
}
