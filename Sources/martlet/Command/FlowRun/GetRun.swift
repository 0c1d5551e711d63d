// Decides how one run is shown: what it is, where it stands, what is below it, what happened.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

/// The error of a name that leads nowhere.
func notFound(_ reference: String) -> Status {
  Status(.notFound, "there is no run \"\(reference)\"; `martlet flow-run ls` lists them")
}

struct GetRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one run, its children and its history.")
  @OptionGroup var reference: RunReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      switch format.output {
      case .document(let notation):
        var response = GetRunResponse()
        response.run = run
        try notation.print(response)
      case .name: Terminal.standard.line(run.id)
      case .table: try await connection.show(run)
      }
      return nil
    }
  }
}

extension Connection {
  fileprivate func show(_ run: Run) async throws {
    let terminal = Terminal.standard
    func field(_ name: String, _ value: String, _ style: Style? = nil) {
      guard !value.isEmpty else { return }
      let padding = String(repeating: " ", count: max(1, 12 - name.count))
      terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
    }
    field("run", run.name, .bold)
    field("id", run.id)
    field(run.kind == .flow ? "flow" : "task", run.definition)
    field("state", run.state.label, run.state.style)
    field("message", run.state?.message ?? "")
    if case .failed(let failed)? = run.state?.detail {
      field(
        "error",
        [failed.errorType, failed.errorMessage].filter { !$0.isEmpty }.joined(separator: ": "))
    }
    if case .scheduled(let scheduled)? = run.state?.detail {
      if case .failed(let failed)? = scheduled.cause {
        field(
          "error",
          [failed.errorType, failed.errorMessage].filter { !$0.isEmpty }.joined(separator: ": "))
      }
      field("due", scheduled.dueTime?.clock ?? "")
    }
    if run.state?.type == .scheduled {
      var request = ExplainRunRequest()
      request.namespace = namespace
      request.id = run.id
      field("waits", try await client.runs.explainRun(request).summary)
    }
    for pause in run.pauses {
      field("pause", pause.key.isEmpty ? "without a key" : pause.key)
      if let input = pause.input { field("input", try input.jsonText()) }
    }
    field("parent", run.parentID)
    field("created", run.times?.createTime.map { "\(ago($0)) by \(run.createdBy)" } ?? "")
    field("imported by", run.importedBy)
    field("took", run.times?.startTime == nil ? "" : run.duration)
    field("attempt", run.attempt > 1 ? "\(run.attempt)" : "")
    field("tags", run.tags.joined(separator: ", "))
    field(
      "labels",
      run.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
    if let parameters = run.parameters, !parameters.isEmpty {
      field("parameters", try parameters.jsonText())
    }
    if case .failed(let failed)? = run.state?.detail, !failed.traceback.isEmpty {
      terminal.line()
      terminal.line(failed.traceback)
    }
    try await showChildren(of: run)
    try await showHistory(of: run)
  }

  private func showChildren(of run: Run) async throws {
    let most = 100
    var children = try await runs(
      matching: "parent_id = \(quoted(run.id))", by: "id", limit: most + 1)
    guard !children.isEmpty else { return }
    let isCut = children.count > most
    if isCut { children.removeLast() }
    var table = Table("task", "name", "state", ">took", "id")
    for child in children {
      table.append(
        .init(child.definition), .init(child.name, .bold), child.state.cell,
        .init(child.duration), .init(child.id, .dim))
    }
    Terminal.standard.line()
    Terminal.standard.write(table.render(for: .standard))
    if isCut {
      Terminal.standard.line("the first \(most): martlet task-run ls --parent \(run.id)")
    }
  }

  private func showHistory(of run: Run) async throws {
    var request = ListTransitionsRequest()
    request.namespace = namespace
    request.runID = run.id
    var table = Table("time", "state", "by", "message")
    repeat {
      let page = try await client.runs.listTransitions(request)
      for transition in page.transitions {
        table.append(
          .init(transition.to?.time?.clock ?? "", .dim), transition.to.cell,
          .init(transition.actor), .init(transition.to?.message ?? ""))
      }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    Terminal.standard.line()
    Terminal.standard.write(table.render(for: .standard))
  }
}
