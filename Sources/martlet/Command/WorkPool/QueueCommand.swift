// Decides what can be done with the queues of a pool from the command line.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Order what waits in a work pool.",
    subcommands: [
      CreateQueue.self, ListQueues.self, GetQueue.self, UpdateQueue.self, PauseQueue.self,
      ResumeQueue.self, DeleteQueue.self, PreviewQueue.self,
    ])
}

/// A queue named on the command line.
struct QueueName: ParsableArguments {
  @Argument(help: "The name of the queue.")
  var name: String
  @Option(
    name: [.customShort("p"), .long], help: "The pool: its name or its id.", completion: .pools)
  var pool: String
}

struct CreateQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a queue.")
  @OptionGroup var name: QueueName
  @Option(help: "1 is served first (default: after all there are).")
  var priority: Int32 = 0
  @Option(
    name: [.customShort("l"), .customLong("limit"), .customLong("concurrency-limit")],
    help: "How many of its runs may be with workers at a time.")
  var limit: Int32?
  @Option(help: "What it is for, for people.")
  var description: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var queue = Queue()
      queue.name = name.name
      queue.pool = name.pool
      queue.priority = priority
      queue.concurrencyLimit = limit
      queue.description = description
      let response = try await connection.client.pools.createQueue(
        CreateQueueRequest(namespace: connection.namespace, queue: queue))
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(name.name)
      case .table:
        Terminal.standard.line(
          "Created queue '\(name.name)' of work pool '\(name.pool)' with priority "
            + "\(response.queue?.priority ?? 0)")
      }
      return nil
    }
  }
}

struct UpdateQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change a queue; runs that go on do.")
  @OptionGroup var name: QueueName
  @Option(help: "1 is served first.")
  var priority: Int32?
  @Option(
    name: [.customShort("l"), .customLong("limit"), .customLong("concurrency-limit")],
    parsing: .unconditional,
    help: "How many of its runs may be with workers at a time; -1 for any number.")
  var limit: Int32?
  @Option(help: "What it is for, for people.")
  var description: String?
  @Option(help: "What it is called from now on.")
  var newName: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard priority != nil || limit != nil || description != nil || newName != nil else {
      throw ValidationError("say what to change: --priority, --limit, --description or --new-name")
    }
  }

  func run() async throws {
    var queue = Queue()
    var paths: [String] = []
    if let priority {
      queue.priority = priority
      paths.append("priority")
    }
    if let limit {
      queue.concurrencyLimit = limit < 0 ? nil : limit
      paths.append("concurrency_limit")
    }
    if let description {
      queue.description = description
      paths.append("description")
    }
    if let newName {
      queue.name = newName
      paths.append("name")
    }
    try await name.change(queue, paths, saying: "Updated", as: format.output, over: connection)
  }
}

struct PauseQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Offer nothing of a queue; runs that go on do.")
  @OptionGroup var name: QueueName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var queue = Queue()
    queue.paused = true
    try await name.change(queue, ["paused"], saying: "Paused", as: format.output, over: connection)
  }
}

struct ResumeQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Offer runs of a queue again.")
  @OptionGroup var name: QueueName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await name.change(
      Queue(), ["paused"], saying: "Resumed", as: format.output, over: connection)
  }
}

struct DeleteQueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a queue; what waits in it goes to the default queue.")
  @OptionGroup var name: QueueName
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.pools.deleteQueue(
        DeleteQueueRequest(
          namespace: connection.namespace, pool: name.pool, name: name.name))
      Terminal.standard.line("Deleted queue '\(name.name)' of work pool '\(name.pool)'")
      return nil
    }
  }
}

extension QueueName {
  /// Changes some fields of the queue and says so.
  fileprivate func change(
    _ queue: Queue, _ paths: [String], saying done: String, as format: Format,
    over connection: ConnectionOptions
  ) async throws {
    try await Connection.use(connection) { connection in
      var mask = FieldMask()
      mask.paths = paths
      let response = try await connection.client.pools.updateQueue(
        UpdateQueueRequest(
          namespace: connection.namespace, pool: pool, name: name, queue: queue,
          updateMask: mask))
      switch format {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.queue?.name ?? "")
      case .table: Terminal.standard.line("\(done) queue '\(name)' of work pool '\(pool)'")
      }
      return nil
    }
  }
}
