// Decides how a run is asked to stop.

import ArgumentParser
import Martlet
import MartletProto

struct CancelRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Ask a run, and the runs below it, to stop.")
  @OptionGroup var reference: RunReference
  @Option(help: "Why, for people.")
  var message: String = ""
  @Option(help: "Seconds its executor may take before the server ends it (default: 30).")
  var grace: Int?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let run = try await connection.find(reference.run)
      var request = CancelRunRequest()
      request.namespace = connection.namespace
      request.id = run.id
      request.message = message
      request.grace = grace.map { .seconds($0) }
      let response = try await connection.client.runs.cancelRun(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(run.id)
      case .table:
        Terminal.standard.line("\(run.name) is \(response.run?.state.label ?? "gone")")
      }
      guard response.verdict?.code == .accepted else {
        complain("martlet: \(run.name) had ended before")
        return .failed
      }
      return nil
    }
  }
}
