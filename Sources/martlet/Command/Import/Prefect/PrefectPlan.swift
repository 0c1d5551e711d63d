// Decides what is told of an import from Prefect before anything is changed: how many there are of each kind, what becomes of
// them, and what has no counterpart.

import MartletModel
import MartletPostgres
import MartletPrefect

/// The counts of a Prefect database and what they mean.
struct PrefectPlan {
  /// Records of a kind with what becomes of them.
  struct Line {
    /// The part that they belong to.
    var section: PrefectSection
    /// The kind of the records.
    var kind: String
    /// Where they are counted.
    var column: String
    /// What differs here.
    var difference: String
  }

  /// Every kind of record, in the order of the import.
  static let lines = [
    Line(section: .flows, kind: "flow", column: "flow", difference: "new ids, same names"),
    Line(
      section: .pools, kind: "pool", column: "pool",
      difference: "new ids, same names; workers enter anew"),
    Line(
      section: .pools, kind: "queue", column: "queue",
      difference: "new ids; those of one priority come one after another"),
    Line(
      section: .limits, kind: "limit", column: "limit",
      difference: "new ids; those of tags are called tag:TAG; slots begin free"),
    Line(
      section: .variables, kind: "variable", column: "variable", difference: "new ids, same names"),
    Line(
      section: .blocks, kind: "blockType", column: "block_type",
      difference: "same ids, but for those that are there"),
    Line(
      section: .blocks, kind: "blockSchema", column: "block_schema",
      difference: "same ids, but for those that are there"),
    Line(
      section: .blocks, kind: "block", column: "block",
      difference: "same ids; sealed with this server's key"),
    Line(
      section: .deployments, kind: "deployment", column: "deployment",
      difference: "new ids, same names; schedules arrive paused"),
    Line(
      section: .automations, kind: "automation", column: "automation",
      difference: "same ids; arrive paused; other ids in them as they are here"),
    Line(
      section: .runs, kind: "history", column: "flow_run",
      difference: "flow runs that have ended: same ids, times and states"),
    Line(
      section: .runs, kind: "history", column: "task_run",
      difference: "task runs that have ended: same ids, times and states"),
    Line(
      section: .artifacts, kind: "artifact", column: "artifact", difference: "same ids and times"),
    Line(
      section: .logs, kind: "logEntry", column: "log",
      difference: "those of runs; at most 64 KiB each"),
    Line(
      section: .events, kind: "event", column: "event",
      difference: "same ids and times; changes of state are the histories"),
  ]

  /// What stays behind, with the reason.
  private static let left: [(column: String, what: String)] = [
    (
      "tracking_task_run",
      "task runs stand for subflows: each is one run with the subflow, and keeps its id as a label"
    ),
    (
      "scheduled_flow_run",
      "flow runs wait for their time: those of schedules are made anew here, others are not"
    ),
    ("open_flow_run", "flow runs have not ended: let them end there, and repeat the import"),
    ("open_task_run", "task runs have not ended: let them end there, and repeat the import"),
    (
      "shared_limit",
      "deployments share a global limit: each has the same number of slots for itself here"
    ),
    (
      "composite_automation",
      "automations have compound or sequence triggers: what had fired of these there begins anew"
    ),
    ("cached_result", "cached results: tasks compute them once more"),
    ("flow_run_input", "inputs of flow runs"),
    ("saved_search", "saved searches"),
    ("worker", "workers: start them with this server's address"),
  ]

  private let counts: PrefectRow

  /// Reads the counts.
  init(
    _ database: PrefectDatabase, _ sections: Set<PrefectSection>, since: String?
  ) async throws {
    counts = try await database.row(PrefectStatements.counts) { buffer in
      buffer.bind(since)
      buffer.bind(sections.contains(.logs))
      buffer.bind(sections.contains(.events))
    }
  }

  /// How many Prefect has of what a column counts; nil when it was not counted.
  func count(_ column: String) -> Int? {
    if case .number(let number)? = counts[column] { number.integer } else { nil }
  }

  /// How many Prefect has of a kind in these parts.
  func count(ofKind kind: String, in sections: Set<PrefectSection>) -> Int {
    Self.lines.filter { $0.kind == kind && sections.contains($0.section) }
      .reduce(0) { $0 + (count($1.column) ?? 0) }
  }

  /// Shows the plan.
  func show(_ sections: Set<PrefectSection>, of address: String, on terminal: Terminal) {
    terminal.line("\(address)")
    var table = Table("record", ">count", "here")
    for line in Self.lines {
      guard sections.contains(line.section) else { continue }
      table.append(
        .init(line.kind, .bold), .init("\(count(line.column) ?? 0)"), .init(line.difference))
    }
    terminal.write(table.render(for: terminal))
    let others = PrefectSection.allCases.filter { !sections.contains($0) }
    if !others.isEmpty {
      terminal.line("Not asked for: \(others.map(\.rawValue).joined(separator: ", ")).")
    }
    let left = Self.left.filter { (count($0.column) ?? 0) > 0 }
    if !left.isEmpty { terminal.line("Not as they are, or not at all:") }
    for (column, what) in left { terminal.line("  \(count(column) ?? 0) \(what)") }
    if let active = count("active_schedule"), active > 0, sections.contains(.deployments) {
      terminal.line(
        "\(active) schedules are active there; --cutover moves them when you are ready.")
    }
  }
}
