// Decides how the counts of runs are mended from the command line.

import ArgumentParser
import MartletServer

struct RecountServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recount",
    abstract: "Hold the counts of runs that lists show against the runs, and mend them.",
    discussion: """
      Every run is read, which takes seconds for some millions; servers may go on meanwhile.

      Try it:  martlet server recount --database-url postgresql:///martlet
      """)
  @OptionGroup var options: ServerOptions<DatabaseOnly>

  func run() async throws {
    let mended = try await Migrations.reporting {
      try await Recount.mend(options.chosen().configuration.database)
    }
    guard let mended else {
      complain("martlet: another recount is under way")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    guard !mended.isEmpty else { return Terminal.standard.line("every count was right") }
    var table = Table("namespace", "kind", "state", ">mended by")
    for mend in mended {
      table.append(
        .init(mend.namespace), .init(mend.kind), .init(mend.state), .init("\(mend.missing)"))
    }
    Terminal.standard.write(table.render(for: .standard))
  }
}
