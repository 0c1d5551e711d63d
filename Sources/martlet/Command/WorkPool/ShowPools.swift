// Decides how pools, their types, templates and holders are shown.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct GetPool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one work pool.")
  @OptionGroup var name: PoolName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.pool(name.pool)
      try connection.show(response.pool, response, as: format.output)
      return nil
    }
  }
}

struct ListPools: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List work pools and how full they are.")
  @Option(help: "Only pools of this type.")
  var type: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var response = ListPoolsResponse()
      var request = ListPoolsRequest()
      request.namespace = connection.namespace
      request.type = type
      repeat {
        let page = try await connection.client.pools.listPools(request)
        response.pools += page.pools
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for pool in response.pools { Terminal.standard.line(pool.name) }
      case .table:
        var table = Table(
          "name", "type", "id", ">concurrency limit", ">taken", ">waiting", ">workers")
        for pool in response.pools {
          table.append(
            .init(pool.markedName, .bold), .init(pool.type), .init(pool.id, .dim),
            .init(pool.concurrencyLimit.map { "\($0)" } ?? "None"), .init("\(pool.slotsTaken)"),
            .init("\(pool.runsWaiting)"), .init("\(pool.workersOnline)"))
        }
        Terminal.standard.write(table.render(for: .standard))
        if response.pools.contains(where: \.paused) {
          Terminal.standard.line("(**) denotes a paused pool")
        }
      }
      return nil
    }
  }
}

struct ListPoolTypes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types", abstract: "List the types of work pools.")
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.pools.listPoolTypes(
        ListPoolTypesRequest(namespace: connection.namespace))
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for type in response.types { Terminal.standard.line(type.name) }
      case .table:
        var table = Table("type", "description")
        for type in response.types {
          table.append(.init(type.name, .bold), .init(type.description))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct PoolTemplate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Print the template that new pools of a type begin with.")
  @Option(name: [.customShort("t"), .long], help: "The type of the pool.")
  var type: String
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.pools.listPoolTypes(
        ListPoolTypesRequest(namespace: connection.namespace))
      guard let found = response.types.first(where: { $0.name == type }) else {
        let names = response.types.map(\.name).joined(separator: ", ")
        complain("martlet: there is no type \"\(type)\": there are \(names)")
        return .notFound
      }
      // As `create --base-template` reads it, and as Prefect writes it.
      let document: JSONObject = [
        "job_configuration": .object(found.template?.job ?? [:]),
        "variables": .object(found.template?.variables ?? [:]),
      ]
      try Notation.json.print(document)
      return nil
    }
  }
}

struct PoolSlots: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slots", abstract: "Show how full a work pool and its queues are.")
  @OptionGroup var name: PoolName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let pool = try await connection.pool(name.pool)
      let queues = try await connection.client.pools.listQueues(
        ListQueuesRequest(namespace: connection.namespace, pool: name.pool))
      switch format.output {
      case .document(let notation): try notation.print(queues)
      case .name: for queue in queues.queues { Terminal.standard.line(queue.name) }
      case .table:
        var table = Table("queue", ">taken", ">limit", ">waiting")
        if let pool = pool.pool {
          table.append(
            .init("all of \(pool.markedName)", .bold), .init("\(pool.slotsTaken)"),
            .init(pool.concurrencyLimit.map { "\($0)" } ?? "None"), .init("\(pool.runsWaiting)"))
        }
        for queue in queues.queues {
          table.append(
            .init(queue.name), .init("\(queue.slotsTaken)"),
            .init(queue.concurrencyLimit.map { "\($0)" } ?? "None"), .init("\(queue.runsWaiting)"))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}
