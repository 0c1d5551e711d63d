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
  @Flag(
    help: ArgumentHelp(
      "Write no records, only how many there are of each kind, and a digest of what has happened.",
      discussion: "Another server that has taken in all of it has the same digests."))
  var digest = false
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if digest && output != nil { throw ValidationError("--digest writes no records: no file") }
  }

  func run() async throws {
    if digest { return try await tellDigests() }
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

  private func tellDigests() async throws {
    try await Connection.use(connection) { connection in
      let digest = RecordDigest()
      let export = RecordExport(
        connection: connection, writer: digest, sections: only, withSecrets: false)
      try await export.run()
      var table = Table("record", ">count", "digest")
      for kind in RecordKind.allCases {
        guard let sum = digest.sums[kind] else { continue }
        table.append(
          .init(kind.rawValue, .bold), .init("\(sum.count)"), .init(kind.isPast ? sum.text : ""))
      }
      Terminal.standard.write(table.render(for: .standard))
      return nil
    }
  }
}
