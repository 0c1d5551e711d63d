// Decides how variables are set and removed; a value that reads as JSON is JSON, anything else text.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct SetVariable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Create a variable, or with --overwrite change it.")
  @OptionGroup var variable: VariableName
  @Argument(help: "The value: JSON, or else text.")
  var value: String
  @Flag(help: "Take the value as text even if it reads as JSON.")
  var text = false
  @Flag(help: "Change a variable that is there.")
  var overwrite = false
  @Option(help: "Change it only if it still has this etag.")
  var etag: String = ""
  @Option(help: "A tag; several times for several.")
  var tag: [String] = []
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  private var parsed: JSONValue {
    (text ? nil : try? JSONValue(json: Array(value.utf8))) ?? .string(value)
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = SetVariableRequest()
      request.namespace = connection.namespace
      request.requestID = Identifier.random()
      request.policy = overwrite || !etag.isEmpty ? .upsert : .create
      var new = Variable()
      new.name = variable.name
      new.value = parsed
      new.tags = tag
      new.etag = etag
      request.variable = new
      let response: SetVariableResponse
      do {
        response = try await connection.client.variables.setVariable(request)
      } catch let status as Status where status.code == .alreadyExists {
        complain(
          "martlet: variable \"\(variable.name)\" is there already: change it with --overwrite")
        return .failed
      }
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(variable.name)
      case .table: Terminal.standard.line("Set variable '\(variable.name)'.")
      }
      return nil
    }
  }
}

struct RenameVariable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Give a variable another name.")
  @OptionGroup var variable: VariableName
  @Argument(help: "What it is called from now on.")
  var newName: String
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let found = try await connection.variable(variable.name)
      var request = SetVariableRequest()
      request.namespace = connection.namespace
      request.requestID = Identifier.random()
      request.policy = .update
      // Its etag guards what another writer says meanwhile.
      request.variable = found.variable
      request.newName = newName
      let response = try await connection.client.variables.setVariable(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(newName)
      case .table:
        Terminal.standard.line("Variable '\(variable.name)' is called '\(newName)' now.")
      }
      return nil
    }
  }
}

struct DeleteVariable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a variable.")
  @OptionGroup var variable: VariableName
  @Option(help: "Only if it still has this etag.")
  var etag: String = ""
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = DeleteVariableRequest()
      request.namespace = connection.namespace
      request.name = variable.name
      request.etag = etag
      _ = try await connection.client.variables.deleteVariable(request)
      Terminal.standard.line("Deleted variable '\(variable.name)'.")
      return nil
    }
  }
}
