// Decides what can be done with variables from the command line, and how one is shown there.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct VariableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variable", abstract: "Keep values with a name that programs share.",
    discussion: """
      A variable holds any JSON. Everybody who may read the namespace sees it: it is no place for secrets.
        martlet variable set threshold 0.8
        martlet variable get threshold
      """,
    subcommands: [
      SetVariable.self, GetVariable.self, InspectVariable.self, ListVariables.self,
      RenameVariable.self, DeleteVariable.self,
    ])
}

/// A variable named on the command line.
struct VariableName: ParsableArguments {
  @Argument(help: "The name: lower-case letters, digits, dashes and underscores.")
  var name: String
}

extension JSONValue? {
  /// A string as it is, anything else as JSON.
  var plain: String {
    switch self {
    case .string(let text)?: text
    case let value?: (try? value.jsonText()) ?? ""
    case nil: "null"
    }
  }
}

extension Connection {
  /// Reads a variable.
  func variable(_ name: String) async throws -> GetVariableResponse {
    try await client.variables.getVariable(GetVariableRequest(namespace: namespace, name: name))
  }
}
