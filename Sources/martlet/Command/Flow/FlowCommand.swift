// Decides what can be done with flows from the command line.

import ArgumentParser
import Martlet
import MartletProto

struct FlowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow", abstract: "List, serve and remove flows.",
    discussion:
      "A flow comes to be with its first run or deployment; `flow-run` is about its runs.",
    subcommands: [ListFlows.self, GetFlow.self, ServeFlow.self, DeleteFlow.self])
}

/// A flow named on the command line.
struct FlowArgument: ParsableArguments {
  @Argument(help: "The flow: its name or its id.", completion: .flows)
  var flow: String
}

struct ListFlows: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List flows by name.")
  @Option(help: "Only flows whose names begin so.")
  var prefix: String = ""
  @Option(help: "At most this many (default: all).")
  var limit: Int?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if let limit, limit <= 0 { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListFlowsRequest()
      request.namespace = connection.namespace
      request.namePrefix = prefix
      let most = limit ?? Int.max
      var response = ListFlowsResponse()
      repeat {
        request.pageSize = Int32(min(1000, most - response.flows.count))
        let page = try await connection.client.flows.listFlows(request)
        response.flows += page.flows
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.flows.count < most
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for flow in response.flows { Terminal.standard.line(flow.name) }
      case .table:
        var table = Table("id", "name", "created", "tags")
        for flow in response.flows {
          table.append(
            .init(flow.id, .dim), .init(flow.name, .bold),
            .init(flow.createTime.map(ago) ?? "-"), .init(flow.tags.joined(separator: ", ")))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct GetFlow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one flow.")
  @OptionGroup var reference: FlowArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.flows.getFlow(
        GetFlowRequest(namespace: connection.namespace, ref: reference.flow))
      let flow = response.flow ?? Flow()
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(flow.name)
      case .table: show(flow)
      }
      return nil
    }
  }

  private func show(_ flow: Flow) {
    let terminal = Terminal.standard
    func field(_ name: String, _ value: String, _ style: Style? = nil) {
      guard !value.isEmpty else { return }
      let padding = String(repeating: " ", count: max(1, 12 - name.count))
      terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
    }
    field("flow", flow.name, .bold)
    field("id", flow.id)
    field("description", flow.description)
    field("tags", flow.tags.joined(separator: ", "))
    field(
      "labels",
      flow.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ", "))
    field("created", flow.createTime.map { "\(ago($0)) by \(flow.createdBy)" } ?? "")
  }
}

struct DeleteFlow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a flow, never its runs.")
  @OptionGroup var reference: FlowArgument
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.flows.deleteFlow(
        DeleteFlowRequest(namespace: connection.namespace, ref: reference.flow))
      Terminal.standard.line("Deleted flow '\(reference.flow)'.")
      return nil
    }
  }
}
