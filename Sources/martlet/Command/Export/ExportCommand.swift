// Decides how everything that a server keeps is written down for others, or for another server.

import ArgumentParser
import Martlet

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all that the server keeps as JSON lines.",
    discussion: """
      A line is one record: {"flow": …}, {"history": {"run": …, "transitions": […]}} and so on, as \
      proto/export-format.md says. The server goes on meanwhile: each record is as it was when it was read.
        martlet export -o backup.jsonl --with-secrets
        martlet export --only runs,logs | gzip > runs.jsonl.gz
      """)
  @Option(
    name: [.customShort("o"), .long],
    help: "The file; it is there only when it is whole (default: standard output).")
  var output: String?
  @Option(help: "Only these parts, with commas between them.", transform: RecordSection.list)
  var only: Set<RecordSection> = Set(RecordSection.allCases)
  @Flag(help: "Write blocks with their secrets, which everybody who has the file can read then.")
  var withSecrets = false
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let writer = try RecordWriter(
        path: output, namespace: connection.namespace, hasSecrets: withSecrets)
      let export = RecordExport(
        connection: connection, writer: writer, sections: only, withSecrets: withSecrets)
      try await export.run()
      try writer.finish()
      if let output {
        let counts = RecordKind.allCases.compactMap { kind in
          writer.counts[kind].map { "\($0) \(kind.rawValue)" }
        }
        Terminal.standard.line(
          "Wrote \(output): " + (counts.isEmpty ? "nothing" : counts.joined(separator: ", ")))
      }
      return nil
    }
  }
}
