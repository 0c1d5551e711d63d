// Decides how what a pool or a queue has to do next is shown: the runs that wait for workers, the earliest first.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto

/// How much of what is to start is shown.
struct PreviewChoices: ParsableArguments {
  @Option(help: "How far ahead, in hours.")
  var hours: Double = 1
  @Option(help: "At most this many.")
  var limit: Int = 100

  /// The most runs that are looked through.
  private static let most = 20_000

  func validate() throws {
    guard hours > 0, hours <= 24 * 366 else {
      throw ValidationError("--hours must be more than 0, and at most a year's")
    }
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  /// Shows those that match and are to start soon.
  func show(_ filter: String, over connection: Connection, as format: Format) async throws {
    let end = StartTime.now + Interval(microseconds: Int64(hours * 3_600_000_000))
    let waiting = try await connection.runs(
      matching: "\(filter) AND state.type = SCHEDULED", limit: Self.most)
    let soon = waiting.filter { ($0.due ?? .epoch) <= end }
      .sorted { ($0.due ?? .epoch, $0.id) < ($1.due ?? .epoch, $1.id) }
    try connection.show(Array(soon.prefix(limit)), kind: .flow, as: format)
  }
}

struct PreviewPool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show the runs of a work pool that are to start soon.")
  @OptionGroup var name: PoolName
  @OptionGroup var choices: PreviewChoices
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      // Filters know pools by their names.
      let pool = try await connection.pool(name.pool).pool?.name ?? name.pool
      try await choices.show("pool = \(quoted(pool))", over: connection, as: format.output)
      return nil
    }
  }
}

struct PreviewQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show the runs of a queue that are to start soon.")
  @OptionGroup var name: QueueName
  @OptionGroup var choices: PreviewChoices
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let queue = try await name.queue(over: connection)
      try await choices.show(
        "pool = \(quoted(queue.pool)) AND queue = \(quoted(queue.name))", over: connection,
        as: format.output)
      return nil
    }
  }
}
