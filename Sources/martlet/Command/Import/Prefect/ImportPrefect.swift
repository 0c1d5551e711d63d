// Decides how the command line names a Prefect server to take in, and what is told at the end.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel

struct ImportPrefect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefect", abstract: "Take in what a Prefect 3 server keeps in Postgres.",
    discussion: """
      Reads the database itself, in one read-only snapshot: the Prefect server may go on meanwhile. Begin with --plan, \
      which changes nothing. Safe to repeat: what is there stays, so a later pass takes in what has ended since.
      Schedules and automations arrive paused, so that nothing runs twice. Log lines and events are many: they come with \
      --with-logs and --with-events.
        martlet import prefect --from postgresql://prefect@db/prefect --plan
        martlet import prefect --from postgresql://prefect@db/prefect --since 2026-01-01 --with-logs
        martlet import prefect --from postgresql://prefect@db/prefect --cutover --prefect-api http://prefect:4200/api
      The last one also moves each active schedule: paused there, resumed here, no tick twice and none left out.
      Blocks are decrypted with the key of --encryption-key, of PREFECT_SERVER_ENCRYPTION_KEY, or of the database.
      """)
  @Option(
    help: ArgumentHelp(
      "The database of the Prefect server; postgresql+asyncpg:// will do.", valueName: "url"))
  var from: String
  @Flag(help: "Tell what would be taken in and what differs; change nothing.")
  var plan = false
  @Option(
    help: ArgumentHelp(
      "Of runs, artifacts, log lines and events only those since then: 2026-01-31, or a time with its zone.",
      valueName: "date"),
    transform: PrefectSince.init)
  var since: PrefectSince?
  @Flag(help: "Log lines too.")
  var withLogs = false
  @Flag(help: "Events too, but for changes of state, which come with the runs.")
  var withEvents = false
  @Option(
    help: ArgumentHelp(
      "Only these parts, with commas between them: \(PrefectSection.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "parts"),
    transform: PrefectSection.list)
  var only: Set<PrefectSection>?
  @Option(
    help: ArgumentHelp("The key of the blocks, or a file that holds it.", valueName: "key"))
  var encryptionKey: String?
  @Flag(help: "Make what is there and another as it is in Prefect.")
  var overwrite = false
  @Flag(help: "At the end move the active schedules and automations from Prefect to here.")
  var cutover = false
  @Option(
    help: ArgumentHelp("With --cutover: the API of the Prefect server.", valueName: "url"))
  var prefectApi: String?
  @OptionGroup var connection: ConnectionOptions

  /// The parts that are meant.
  private var sections: Set<PrefectSection> {
    var sections = only ?? PrefectSection.usual
    if withLogs { sections.insert(.logs) }
    if withEvents { sections.insert(.events) }
    return sections
  }

  func validate() throws {
    if cutover, prefectApi == nil { throw ValidationError("--cutover needs --prefect-api") }
    if cutover, plan { throw ValidationError("--plan changes nothing: leave --cutover out") }
    if !cutover, prefectApi != nil { throw ValidationError("--prefect-api goes with --cutover") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      let database = try await PrefectDatabase(from)
      do {
        let status = try await work(on: database, connection)
        await database.close()
        return status
      } catch {
        await database.close()
        throw error
      }
    }
  }

  private func work(
    on database: PrefectDatabase, _ connection: Connection
  ) async throws -> ExitStatus? {
    let plan = try await PrefectPlan(database, sections, since: since?.time)
    if self.plan {
      plan.show(sections, of: database.address, on: .standard)
      return nil
    }
    let target = RecordImport(
      connection: connection, overwrites: overwrite, activatesSchedules: false, hasSecrets: true)
    let pass = PrefectImport(database, into: target, sections, since: since?.time)
    try await pass.run(key: encryptionKey)
    let report = PrefectReport(plan, pass)
    Terminal.standard.write(report.table.render(for: .standard))
    var isGood = target.isGood && report.isGood
    if cutover, let prefectApi {
      let requests = try PrefectRequests(prefectApi)
      let cutover = PrefectCutover(requests, database, connection)
      isGood = try await cutover.run() && isGood
    }
    return isGood ? nil : .failed
  }
}

/// Since when histories are taken.
struct PrefectSince {
  /// RFC 3339.
  let time: String

  /// Reads a date, which begins at midnight in UTC, or a time.
  init(_ text: String) throws {
    let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
    guard Instant(rfc3339: whole) != nil else {
      throw ValidationError(
        "\"\(text)\" is no date such as 2026-01-31, nor a time such as 2026-01-31T12:00:00Z")
    }
    time = whole
  }
}
