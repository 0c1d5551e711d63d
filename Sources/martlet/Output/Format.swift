// Decides the forms of output that every command offers. JSON and YAML come from one encoding, so that they say the same.

import ArgumentParser
import MartletModel
import MartletWire

/// How results are printed.
enum Format: Equatable, ExpressibleByArgument {
  /// For people.
  case table
  /// The answer of the server, for programs.
  case document(Notation)
  /// Only ids or names, a line each.
  case name

  init?(argument: String) {
    switch argument {
    case "table": self = .table
    case "name": self = .name
    default:
      guard let notation = Notation(rawValue: argument) else { return nil }
      self = .document(notation)
    }
  }

  static var allValueStrings: [String] { ["table", "json", "yaml", "name"] }
  var defaultValueDescription: String { "table" }
}

/// How the answer of the server is written.
enum Notation: String {
  /// As proto3 JSON, on one line.
  case json
  /// The same as YAML. Each document begins with a mark, so that several can follow one another.
  case yaml

  /// A message in this notation, with a line end.
  func text(_ message: some Message) throws -> String {
    let json = try message.jsonText()
    return switch self {
    case .json: json + "\n"
    case .yaml: "---\n" + (try JSON(parsing: json).yaml)
    }
  }

  /// Prints a message.
  func print(_ message: some Message) throws { Terminal.standard.write(try text(message)) }
}

/// The flag that chooses the form.
struct FormatOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")], help: "table, json, yaml or name.")
  var output: Format = .table
}
