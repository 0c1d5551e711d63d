// Decides what can be done with events: publish one, list them, follow them.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct EventCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "Publish, list and follow events.",
    subcommands: [EmitEvent.self, ListEvents.self, TailEvents.self])
}

struct EmitEvent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emit", abstract: "Publish an event; returns when it is durable.")
  @Argument(help: "What happened, such as order.placed.")
  var name: String
  @Option(help: "The resource: id=ID, and labels as KEY=VALUE; may be repeated.")
  var resource: [String]
  @Option(help: "More about it: a JSON object.")
  var payload: String = ""
  @Option(help: "The id of the event that it came from.")
  var follows: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard resource.allSatisfy({ $0.contains("=") }) else {
      throw ValidationError("--resource takes KEY=VALUE")
    }
    guard resource.contains(where: { $0.hasPrefix("id=") && $0.count > 3 }) else {
      throw ValidationError("--resource id=ID is required")
    }
    guard payload.isEmpty || parsedPayload != nil else {
      throw ValidationError("--payload is no JSON object")
    }
  }

  private var parsedPayload: JSONObject? {
    var text = payload
    return text.withUTF8 { try? JSONObject.decodeJSON(UnsafeRawBufferPointer($0)) }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var event = Event()
      event.id = Identifier.timeOrdered()
      event.name = name
      event.time = .now
      event.payload = parsedPayload
      event.follows = follows
      event.runID = RunEnvironment.current.runID ?? ""
      var about = EventResource()
      for pair in resource {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts[0] == "id" {
          about.id = String(parts[1])
        } else {
          about.labels[String(parts[0])] = String(parts[1])
        }
      }
      event.resource = about
      let response = try await connection.client.events.batchPublishEvents(
        BatchPublishEventsRequest(namespace: connection.namespace, events: [event]))
      if let failure = response.failures.first {
        complain("martlet: \(failure.field) \(failure.message)")
        return .failed
      }
      switch format.output {
      case .document(let notation): try notation.print(event)
      case .name, .table: Terminal.standard.line(event.id)
      }
      return nil
    }
  }
}

struct ListEvents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List events, the latest first.")
  @Option(help: "Only events that match, such as 'name = \"martlet.flow-run.*\"'.")
  var filter: String = ""
  @Option(help: "At most this many.")
  var limit: Int = 20
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListEventsRequest()
      request.namespace = connection.namespace
      request.filter = filter
      var response = ListEventsResponse()
      repeat {
        request.pageSize = Int32(min(1000, limit - response.events.count))
        let page = try await connection.client.events.listEvents(request)
        response.events += page.events
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.events.count < limit
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for event in response.events { Terminal.standard.line(event.id) }
      case .table:
        var table = Table("time", "name", "resource", "by")
        for event in response.events {
          table.append(
            .init(event.time?.clock ?? "", .dim), .init(event.name, .bold),
            .init(event.resource?.id ?? ""), .init(event.actor))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}
