// Decides how workers are listed, drained and forgotten.

import ArgumentParser
import Martlet
import MartletProto

struct ListWorkers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List workers.")
  @Option(name: [.short, .long], help: "Only workers of this pool.")
  var pool: String = ""
  @Flag(name: [.short, .long], help: "Also those that are offline.")
  var all = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var response = ListWorkersResponse()
      var request = ListWorkersRequest()
      request.namespace = connection.namespace
      request.pool = pool
      request.includeOffline = all
      repeat {
        let page = try await connection.client.workers.listWorkers(request)
        response.workers += page.workers
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for worker in response.workers { Terminal.standard.line(worker.id) }
      case .table:
        var table = Table("pool", "name", "state", ">runs", ">room", "host", "seen")
        for worker in response.workers {
          table.append(
            .init(worker.identity?.pool ?? ""), .init(worker.identity?.name ?? "", .bold),
            worker.standing, .init("\(worker.runs)"), .init("\(worker.credit)"),
            .init(worker.identity?.host ?? ""), .init(worker.lastSeenTime.map(ago) ?? "-"))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

extension Worker {
  fileprivate var standing: Table.Cell {
    !online
      ? .init("offline", .dim) : draining ? .init("draining", .yellow) : .init("online", .green)
  }
}

/// Which worker.
struct WorkerName: ParsableArguments {
  @Argument(help: "The worker's name.")
  var name: String
  @Option(name: [.short, .long], help: "Its pool.")
  var pool: String
}

struct DrainWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Have a worker finish what it has and leave.")
  @OptionGroup var worker: WorkerName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.workers.drainWorker(
        DrainWorkerRequest(namespace: connection.namespace, pool: worker.pool, name: worker.name))
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.worker?.id ?? "")
      case .table:
        Terminal.standard.line(
          "Worker '\(worker.name)' takes no more; \(response.worker?.runs ?? 0) to finish.")
      }
      return nil
    }
  }
}

struct RemoveWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Forget a worker that is offline.")
  @OptionGroup var worker: WorkerName
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.workers.deleteWorker(
        DeleteWorkerRequest(namespace: connection.namespace, pool: worker.pool, name: worker.name))
      Terminal.standard.line("Worker '\(worker.name)' is forgotten.")
      return nil
    }
  }
}
