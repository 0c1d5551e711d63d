// Decides how events are followed: one line each, on from the last one when the server was away.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto

struct TailEvents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Print the latest events, and with --follow new ones as they come.")
  @Option(help: "Only events that match, such as 'resource.id = \"shop.order.17\"'.")
  var filter: String = ""
  @Option(name: [.customShort("n"), .long], help: "How many of the latest to begin with.")
  var lines: Int = 10
  @Flag(name: .shortAndLong, help: "Print new events until interrupted.")
  var follow = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (0...1000).contains(lines) else { throw ValidationError("--lines must be 0 to 1000") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var token = ""
      // Watched first, so that nothing falls between; what is in both is printed once.
      if follow { token = try await connection.present(filter) }
      var past: Set<String> = []
      if lines > 0 {
        var request = ListEventsRequest()
        request.namespace = connection.namespace
        request.filter = filter
        request.pageSize = Int32(lines)
        let latest = try await connection.client.events.listEvents(request).events
        for event in latest.reversed() {
          past.insert(event.id)
          try show(event)
        }
      }
      guard follow else { return nil }
      while true {
        do {
          try await connection.follow(filter, from: &token) { event in
            if past.remove(event.id) == nil { try show(event) }
          }
        } catch let status as Status where status.code == .unavailable {
          try await Task.sleep(for: .milliseconds(500))
        }
      }
    }
  }

  private func show(_ event: Event) throws {
    switch format.output {
    case .document(let notation): try notation.print(event)
    case .name: Terminal.standard.line(event.id)
    case .table:
      let terminal = Terminal.standard
      terminal.line(
        "\(terminal.styled(event.time?.clock ?? "", .dim))  \(terminal.styled(event.name, .bold))"
          + "  \(event.resource?.id ?? "")")
    }
  }
}

extension Connection {
  /// The place in the feed of this moment.
  fileprivate func present(_ filter: String) async throws -> String {
    var request = WatchEventsRequest()
    request.namespace = namespace
    request.filter = filter
    for try await response in try await client.events.watchEvents(request).responses {
      return response.resumeToken
    }
    return ""
  }

  /// Hands on events until the stream ends; `token` is where to go on.
  fileprivate func follow(
    _ filter: String, from token: inout String, _ body: (Event) throws -> Void
  ) async throws {
    var request = WatchEventsRequest()
    request.namespace = namespace
    request.filter = filter
    request.resumeToken = token
    for try await response in try await client.events.watchEvents(request).responses {
      for event in response.events { try body(event) }
      token = response.resumeToken
    }
  }
}
