// Decides how pools are created, changed, paused and removed; the texts are those that people know from Prefect.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire
import MartletWorker

/// A template out of a file.
private func template(from file: String) throws -> JobTemplate {
  let text = try TextFile.read(file)
  guard case .object(let members)? = try? JSONValue(json: Array(text.utf8)),
    case .object(let variables) = members["variables"] ?? .object([:]),
    case .object(let job)? = members["job_configuration"] ?? members["job"]
  else {
    throw ValidationError(
      "--base-template: \(file) must be a JSON object with job_configuration and variables")
  }
  return JobTemplate(variables: variables, job: job)
}

struct CreatePool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a work pool.")
  @Argument(help: "The name: without / % & < >.")
  var name: String
  @Option(name: [.customShort("t"), .long], help: "What its workers are; see work-pool types.")
  var type: String
  @Flag(help: "The type is one that only workers of yours know.")
  var newType = false
  @Option(help: "A JSON file with job_configuration and variables (default: that of the type).")
  var baseTemplate: String?
  @Option(help: "How many of its runs may be with workers at a time.")
  var concurrencyLimit: Int32?
  @Flag(help: "Offer nothing until it is resumed.")
  var paused = false
  @Flag(help: "Change a pool that is there.")
  var overwrite = false
  @Option(help: "What it is for, for people.")
  var description: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let given = try baseTemplate.map { try template(from: $0) }
    try await Connection.use(connection) { connection in
      if !newType, let problem = try await connection.problem(withType: type) {
        complain("martlet: \(problem)")
        return .usage
      }
      var pool = Pool()
      pool.name = name
      pool.type = type
      pool.description = description
      pool.template = given
      pool.concurrencyLimit = concurrencyLimit
      pool.paused = paused
      let response: CreatePoolResponse
      do {
        response = try await connection.client.pools.createPool(
          CreatePoolRequest(namespace: connection.namespace, pool: pool))
      } catch let status as Status where status.code == .alreadyExists {
        return try await replace(pool, given, on: connection)
      }
      if response.duplicate, !overwrite {
        complain("martlet: work pool '\(name)' already exists: change it with --overwrite")
        return .failed
      }
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(name)
      case .table:
        Terminal.standard.line("Created work pool '\(name)'!")
        Terminal.standard.line("")
        try connection.show(response.pool, response, as: .table)
        Terminal.standard.line("")
        Terminal.standard.line(
          type == ProcessLauncher.type
            ? "Start a worker for it:  martlet worker start --pool '\(name)'"
            : "This program has no workers of type \(type): one of yours connects to WorkerService."
        )
      }
      return nil
    }
  }

  private func replace(
    _ pool: Pool, _ given: JobTemplate?, on connection: Connection
  ) async throws -> ExitStatus? {
    guard overwrite else {
      complain("martlet: work pool '\(name)' already exists: change it with --overwrite")
      return .failed
    }
    var mask = FieldMask()
    mask.paths =
      ["description", "concurrency_limit", "paused"] + (given == nil ? [] : ["template"])
    let response = try await connection.client.pools.updatePool(
      UpdatePoolRequest(
        namespace: connection.namespace, poolRef: name, pool: pool, updateMask: mask))
    switch format.output {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(name)
    case .table: Terminal.standard.line("Updated work pool '\(name)'")
    }
    return nil
  }
}

struct UpdatePool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change a work pool; runs that go on do.")
  @OptionGroup var name: PoolName
  @Option(help: "A JSON file with job_configuration and variables.")
  var baseTemplate: String?
  @Option(
    parsing: .unconditional,
    help: "How many of its runs may be with workers at a time; -1 for any number.")
  var concurrencyLimit: Int32?
  @Option(help: "What it is for, for people.")
  var description: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard baseTemplate != nil || concurrencyLimit != nil || description != nil else {
      throw ValidationError(
        "say what to change: --base-template, --concurrency-limit or --description")
    }
  }

  func run() async throws {
    let given = try baseTemplate.map { try template(from: $0) }
    try await Connection.use(connection) { connection in
      var pool = Pool()
      var mask = FieldMask()
      if let given {
        pool.template = given
        mask.paths.append("template")
      }
      if let concurrencyLimit {
        pool.concurrencyLimit = concurrencyLimit < 0 ? nil : concurrencyLimit
        mask.paths.append("concurrency_limit")
      }
      if let description {
        pool.description = description
        mask.paths.append("description")
      }
      let response = try await connection.client.pools.updatePool(
        UpdatePoolRequest(
          namespace: connection.namespace, poolRef: name.pool, pool: pool, updateMask: mask))
      switch format.output {
      case .document, .name: try connection.show(response.pool, response, as: format.output)
      case .table: Terminal.standard.line("Updated work pool '\(response.pool?.name ?? "")'")
      }
      return nil
    }
  }
}

struct PausePool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Offer nothing of a work pool; runs that go on do.")
  @OptionGroup var name: PoolName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.pools.pausePool(
        PausePoolRequest(namespace: connection.namespace, pool: name.pool))
      switch format.output {
      case .document, .name: try connection.show(response.pool, response, as: format.output)
      case .table: Terminal.standard.line("Paused work pool '\(name.pool)'")
      }
      return nil
    }
  }
}

struct ResumePool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Offer runs of a work pool again.")
  @OptionGroup var name: PoolName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let response = try await connection.client.pools.resumePool(
        ResumePoolRequest(namespace: connection.namespace, pool: name.pool))
      switch format.output {
      case .document, .name: try connection.show(response.pool, response, as: format.output)
      case .table: Terminal.standard.line("Resumed work pool '\(name.pool)'")
      }
      return nil
    }
  }
}

struct DeletePool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a work pool that no deployment names.")
  @OptionGroup var name: PoolName
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.pools.deletePool(
        DeletePoolRequest(namespace: connection.namespace, pool: name.pool))
      Terminal.standard.line("Deleted work pool '\(name.pool)'")
      return nil
    }
  }
}
