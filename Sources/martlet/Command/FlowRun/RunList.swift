// Decides how runs are listed: newest first, one line each; for people without what schedules have still to begin, unless
// that is asked for.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

/// What `flow-run ls` and `task-run ls` have in common.
struct RunListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only runs that match, such as 'state.type = FAILED AND labels.team = \"x\"'.",
      discussion:
        "The grammar is AIP-160; fields: state.type, state.name, definition, name, tags, labels.KEY, times."
    ))
  var filter: String = ""

  @Option(help: "Only runs of this state type, such as failed; may be repeated.")
  var state: [String] = []

  @Option(
    name: .customLong("name"), help: "Only runs of this flow or task.",
    completion: .flows)
  var definition: String?

  @Option(help: "At most this many.")
  var limit: Int = 20

  @Option(help: "For example 'create_time desc'.")
  var orderBy: String = ""

  /// Whether nothing says which states or times are wanted: then what is to come would stand before all that is.
  var isPlain: Bool { filter.isEmpty && state.isEmpty && orderBy.isEmpty }

  /// Runs that schedules made ahead of their time.
  private var ahead: String {
    "schedule_id:* AND state.type = SCHEDULED AND expected_time > \(quoted(Timestamp.now.rfc3339))"
  }

  /// The filter that finds what a plain list leaves out.
  func aheadExpression(kind: RunKind) -> String {
    "\(ahead) AND " + expression(kind: kind)
  }

  /// The filter that all options come to.
  func expression(kind: RunKind, parent: String? = nil, includingAhead: Bool = true) -> String {
    // First, and as it is, so that a position in it is the user's; nothing binds more loosely than AND.
    var conditions = filter.isEmpty ? [] : [filter]
    if !includingAhead { conditions.append("NOT (\(ahead))") }
    conditions.append("kind = \(kind == .flow ? "FLOW" : "TASK")")
    if !state.isEmpty {
      let states = state.map { "state.type = \($0.uppercased())" }.joined(separator: " OR ")
      conditions.append("(\(states))")
    }
    if let definition { conditions.append("definition = \(quoted(definition))") }
    if let parent { conditions.append("parent_id = \(quoted(parent))") }
    return conditions.joined(separator: " AND ")
  }

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
    if let unknown = state.first(where: { !stateNames.contains($0.uppercased()) }) {
      throw ValidationError(
        "--state: there is no state \(unknown): it is one of \(stateNames.joined(separator: ", "))")
    }
  }
}

/// A text as a filter quotes it.
func quoted(_ text: String) -> String {
  "\""
    + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    + "\""
}

extension Connection {
  /// Prints the runs that match.
  func printRuns(_ options: RunListOptions, kind: RunKind, parent: String?, as format: Format)
    async throws
  {
    // Programs get all there is.
    let isForPeople = if case .table = format { true } else { false }
    let leavesOut = options.isPlain && kind == .flow && isForPeople
    let runs = try await runs(
      matching: options.expression(kind: kind, parent: parent, includingAhead: !leavesOut),
      by: options.orderBy, limit: options.limit)
    try show(runs, kind: kind, as: format)
    guard leavesOut else { return }
    if try await !self.runs(matching: options.aheadExpression(kind: kind), limit: 1).isEmpty {
      complain("Runs that schedules have still to begin are left out: add --state scheduled.")
    }
  }

  /// Reads the runs that match, so many of them.
  func runs(
    matching filter: String, by order: String = "", limit: Int
  ) async throws -> [Run] {
    var runs: [Run] = []
    var request = ListRunsRequest()
    request.namespace = namespace
    request.filter = filter
    request.orderBy = order
    repeat {
      request.pageSize = Int32(min(1000, limit - runs.count))
      let page = try await client.runs.listRuns(request)
      runs += page.runs
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty && runs.count < limit
    return runs
  }

  /// Shows runs, one line each.
  func show(_ runs: [Run], kind: RunKind, as format: Format) throws {
    switch format {
    case .document(let notation):
      var response = ListRunsResponse()
      response.runs = runs
      try notation.print(response)
    case .name: for run in runs { Terminal.standard.line(run.id) }
    case .table:
      var table = Table("id", kind == .flow ? "flow" : "task", "name", "state", "when", ">took")
      for run in runs {
        table.append(
          .init(run.id, .dim), .init(run.definition), .init(run.name, .bold), run.state.cell,
          .init(run.when), .init(run.duration))
      }
      Terminal.standard.write(table.render(for: .standard))
    }
  }
}

extension Run {
  /// When it started; of one that has not, when it is to, or was to.
  fileprivate var when: String {
    if let start = times?.startTime { return ago(start) }
    return due.map(StartTime.around) ?? "-"
  }
}
