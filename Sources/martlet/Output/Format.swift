// Decides the forms of output that every command offers.

import ArgumentParser
import MartletProto
import MartletWire

/// How results are printed.
enum Format: String, ExpressibleByArgument, CaseIterable {
  /// For people.
  case table
  /// The answer of the server, as proto3 JSON.
  case json
  /// Only ids, a line each.
  case name
}

/// The flag that chooses the form.
struct FormatOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: "table, json or name.")
  var output: Format = .table
}

/// Prints a message as JSON on one line.
func printJSON(_ message: some Message) throws {
  let bytes = try message.encodeJSON(options: .standard)
  Terminal.standard.line(String(decoding: bytes, as: UTF8.self))
}
