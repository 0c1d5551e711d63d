// Decides how the queues of pools are shown.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct ListQueues: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the queues of a work pool, or of all, in the order they are served.")
  @Option(
    name: [.customShort("p"), .long], help: "Only of this pool: its name or its id.",
    completion: .pools)
  var pool: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let pools =
        if let pool { [pool] } else { try await connection.poolNames() }
      let lists = try await pools.concurrently { pool in
        try await connection.client.pools.listQueues(
          ListQueuesRequest(namespace: connection.namespace, pool: pool)
        ).queues
      }
      let response = ListQueuesResponse(queues: lists.flatMap(\.self))
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for queue in response.queues { Terminal.standard.line(queue.name) }
      case .table:
        var table = Table(
          "pool", ">priority", "name", ">concurrency limit", ">taken", ">waiting", "about")
        for queue in response.queues {
          table.append(
            .init(queue.pool), .init("\(queue.priority)"),
            .init(queue.paused ? "\(queue.name) (**)" : queue.name, .bold),
            .init(queue.concurrencyLimit.map { "\($0)" } ?? "None"), .init("\(queue.slotsTaken)"),
            .init("\(queue.runsWaiting)"), .init(queue.description))
        }
        Terminal.standard.write(table.render(for: .standard))
        if response.queues.contains(where: \.paused) {
          Terminal.standard.line("(**) denotes a paused queue")
        }
      }
      return nil
    }
  }
}

struct GetQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one queue.")
  @OptionGroup var name: QueueName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let queue = try await name.queue(over: connection)
      switch format.output {
      case .document(let notation): try notation.print(queue)
      case .name: Terminal.standard.line(queue.name)
      case .table: Terminal.standard.show(queue)
      }
      return nil
    }
  }
}

extension Terminal {
  /// Shows one queue.
  fileprivate func show(_ queue: Queue) {
    field("queue", queue.paused ? "\(queue.name) (**)" : queue.name, .bold)
    field("pool", queue.pool)
    field("id", queue.id)
    field("state", queue.paused ? "PAUSED" : "")
    field("priority", "\(queue.priority)")
    field(
      "slots",
      (queue.concurrencyLimit.map { "\(queue.slotsTaken)/\($0)" } ?? "\(queue.slotsTaken)")
        + " taken")
    field("waiting", "\(queue.runsWaiting)")
    field("about", queue.description)
  }
}

extension Connection {
  /// The names of all work pools.
  fileprivate func poolNames() async throws -> [String] {
    var request = ListPoolsRequest()
    request.namespace = namespace
    var names: [String] = []
    repeat {
      let page = try await client.pools.listPools(request)
      names += page.pools.map(\.name)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return names
  }
}

extension QueueName {
  /// The queue, by its name or its id.
  func queue(over connection: Connection) async throws -> Queue {
    let queues = try await connection.client.pools.listQueues(
      ListQueuesRequest(namespace: connection.namespace, pool: pool)
    ).queues
    guard let queue = queues.first(where: { $0.name == name || $0.id == name }) else {
      let names = queues.map(\.name).joined(separator: ", ")
      throw Status(.notFound, "work pool '\(pool)' has no queue \"\(name)\": it has \(names)")
    }
    return queue
  }
}
