// Decides how an export becomes a server's, and what is told of it at the end.

import ArgumentParser
import Martlet

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in what another server keeps.",
    discussion: """
      A file of `martlet export`, or the database of a Prefect server:
        martlet import backup.jsonl
        martlet import prefect --from postgresql://prefect@db/prefect --plan
      More: `martlet import file --help`, `martlet import prefect --help`.
      """,
    subcommands: [ImportFile.self, ImportPrefect.self], defaultSubcommand: ImportFile.self)
}

struct ImportFile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "file", abstract: "Take in what `martlet export` wrote.",
    discussion: """
      All of it: what people set up, and runs that have ended with their histories, results, log lines, artifacts and events. \
      Left out are runs that go on where they are, and blocks that were exported without their secrets. Safe to repeat: what \
      is there as the file says stays. Schedules arrive paused, so that nothing runs twice while the other server goes on.
        martlet import backup.jsonl
        martlet import --only runs,logs backup.jsonl
        martlet --profile new import - < backup.jsonl
      """)
  @Argument(help: "The file; - reads standard input.", completion: .file())
  var file: String
  @Option(help: "Only these parts, with commas between them.", transform: RecordSection.list)
  var only: Set<RecordSection> = Set(RecordSection.allCases)
  @Flag(help: "Make what is there and another as the file says.")
  var overwrite = false
  @Flag(help: "Let schedules be as they are in the file, not paused.")
  var activeSchedules = false
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let reader = try RecordReader(file)
      let pass = RecordImport(
        connection: connection, overwrites: overwrite, activatesSchedules: activeSchedules,
        hasSecrets: reader.hasSecrets, sections: only)
      while let record = try reader.next() { try await pass.take(record) }
      try await pass.finish()
      var table = Table("record", "outcome", "count")
      for (key, counts) in pass.counts.sorted(by: { $0.key < $1.key }) {
        for outcome in RecordImport.Outcome.allCases {
          guard let count = counts[outcome] else { continue }
          table.append(.init(key, .bold), .init(outcome.rawValue), .init("\(count)"))
        }
      }
      Terminal.standard.write(table.render(for: .standard))
      if !reader.isWhole { complain("martlet: the file has no end: a part of it is missing") }
      return pass.isGood && reader.isWhole ? nil : .failed
    }
  }
}
