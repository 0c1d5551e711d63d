// Decides how variables are read: the bare value for scripts, everything about one or all for people.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct GetVariable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print a value: text as it is, anything else as JSON.")
  @OptionGroup var variable: VariableName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.variable(variable.name)
      switch format.output {
      case .document(let notation): try notation.print(response.variable?.value ?? .null)
      case .name: Terminal.standard.line(response.variable?.name ?? "")
      case .table: Terminal.standard.line((response.variable?.value).plain)
      }
      return nil
    }
  }
}

struct InspectVariable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show all there is about a variable.")
  @OptionGroup var variable: VariableName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.variable(variable.name)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.variable?.name ?? "")
      case .table:
        guard let variable = response.variable else { return nil }
        let terminal = Terminal.standard
        func field(_ name: String, _ value: String, _ style: Style? = nil) {
          guard !value.isEmpty else { return }
          let padding = String(repeating: " ", count: max(1, 12 - name.count))
          terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
        }
        field("variable", variable.name, .bold)
        field("value", try variable.value?.jsonText() ?? "null")
        field("tags", variable.tags.joined(separator: ", "))
        field("created", variable.createTime.map { "\(ago($0)) by \(variable.createdBy)" } ?? "")
        field("updated", variable.updateTime.map { "\(ago($0)) by \(variable.updatedBy)" } ?? "")
        field("etag", variable.etag)
      }
      return nil
    }
  }
}

struct ListVariables: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List variables by name.")
  @Option(help: "Only names that begin so.")
  var prefix: String = ""
  @Option(help: "Only variables with this tag; several times for all of several.")
  var tag: [String] = []
  @Option(help: "At most this many.")
  var limit: Int = 1000
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListVariablesRequest()
      request.namespace = connection.namespace
      request.namePrefix = prefix
      request.tags = tag
      var response = ListVariablesResponse()
      repeat {
        request.pageSize = Int32(min(100, limit - response.variables.count))
        let page = try await connection.client.variables.listVariables(request)
        response.variables += page.variables
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.variables.count < limit
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for variable in response.variables { Terminal.standard.line(variable.name) }
      case .table:
        var table = Table("name", "tags", "updated", "value")
        for variable in response.variables {
          table.append(
            .init(variable.name, .bold), .init(variable.tags.joined(separator: ","), .dim),
            .init(variable.updateTime.map(ago) ?? "-"),
            .init(try variable.value?.jsonText() ?? "null"))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}
