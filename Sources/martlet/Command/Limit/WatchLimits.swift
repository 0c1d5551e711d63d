// Decides how limits are followed on the command line: a line whenever one is fuller, emptier, or has another line.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto

struct WatchLimits: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Print how full limits are, and again whenever that changes, until interrupted.")
  @Argument(
    help: "Only these limits: names, ids, or SCOPE:NAME such as pool:default-agent-pool.",
    completion: .limits)
  var limits: [String] = []
  @Option(help: "What the limits are for: global, tag, deployment, pool or queue.")
  var scope: Scope?
  @Option(help: "Only limits whose names begin so.")
  var prefix: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard Set(limits.map { Scope.split($0, given: scope).scope }).count < 2 else {
      throw ValidationError("limits of one scope are watched at a time: name those of others by id")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      let named = limits.map { Scope.split($0, given: scope) }
      var request = WatchLimitsRequest()
      request.namespace = connection.namespace
      request.refs = named.map(\.name)
      request.scope = (named.first?.scope ?? scope)?.proto ?? .unspecified
      request.namePrefix = prefix
      while true {
        do {
          for try await response in try await connection.client.limits.watchLimits(request)
            .responses
          {
            try show(response)
          }
        } catch let status as Status where status.code == .unavailable {
          try await Task.sleep(for: .milliseconds(500))
        }
      }
    }
  }

  private func show(_ response: WatchLimitsResponse) throws {
    let terminal = Terminal.standard
    if case .document(let notation) = format.output { return try notation.print(response) }
    for limit in response.limits {
      if format.output == .name {
        terminal.line(limit.id)
        continue
      }
      let isFull = limit.slotsTaken >= limit.slots
      terminal.line(
        "\(terminal.styled(limit.name, .bold))  \(terminal.styled(limit.use, isFull ? .yellow : nil))"
          + " taken  \(limit.waiters) in line")
    }
    for id in response.deletedIDs where format.output == .table {
      terminal.line("\(terminal.styled(id, .dim))  deleted")
    }
  }
}
