// Decides how the result of a run is shown: its bytes as they are, so that they can be piped on.

import ArgumentParser
import Glibc
import Martlet
import MartletProto
import MartletWire

struct ResultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Read what runs returned.", subcommands: [GetResult.self],
    aliases: ["results"])
}

struct GetResult: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print the result of a run: the value itself, or where it is kept.")
  @OptionGroup var reference: RunReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      var request = GetResultRequest()
      request.namespace = connection.namespace
      request.which = .runID(run.id)
      let response = try await connection.client.results.getResult(request)
      switch (format.output, response.payload?.body) {
      case (.json, _): try printJSON(response)
      case (.name, _): Terminal.standard.line(response.payload?.digest ?? "")
      case (.table, .json(let value)): try printJSON(value)
      case (.table, .data(let bytes)): Terminal.standard.write(bytes: bytes)
      case (.table, .uri(let uri)): Terminal.standard.line(uri)
      case (.table, nil): break
      }
      return nil
    }
  }
}
