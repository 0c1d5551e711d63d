// Decides how limits are created, changed, emptied and removed.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

/// A pace such as `2/s` or `0.5`.
struct Pace: ExpressibleByArgument {
  /// Slots a second.
  let perSecond: Double

  init?(argument: String) {
    let text = argument.hasSuffix("/s") ? String(argument.dropLast(2)) : argument
    guard let value = Double(text), value.isFinite, value >= 0 else { return nil }
    perSecond = value
  }
}

struct CreateLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a limit.")
  @OptionGroup var name: LimitName
  @Argument(help: "How many slots it has; 0 refuses everybody.")
  var slots: Int32
  @Option(help: "Slots that come back each second, such as 2/s; without it they are released.")
  var decay: Pace?
  @Option(help: "What it is for, for people.")
  var description: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = CreateLimitRequest()
      request.namespace = connection.namespace
      var limit = Limit()
      limit.name = name.limit
      limit.scope = name.scope.proto
      limit.slots = slots
      limit.slotDecayPerSecond = decay?.perSecond ?? 0
      limit.description = description
      request.limit = limit
      let response = try await connection.client.limits.createLimit(request)
      try connection.show(response.limit, response, as: format.output)
      return nil
    }
  }
}

struct SetLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Change a limit; nobody loses slots that are held.")
  @OptionGroup var name: LimitName
  @Argument(help: "How many slots it has.")
  var slots: Int32?
  @Option(help: "Slots that come back each second, such as 2/s; 0 for none.")
  var decay: Pace?
  @Flag(inversion: .prefixedEnableDisable, help: "Whether it refuses anybody.")
  var enforcement: Bool?
  @Option(help: "What it is for, for people.")
  var description: String?
  @Option(help: "What it is called from now on.")
  var newName: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard
      slots != nil || decay != nil || enforcement != nil || description != nil || newName != nil
    else {
      throw ValidationError(
        "say what to change: a number of slots, --decay, --enable-enforcement, --new-name …")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = UpdateLimitRequest()
      request.namespace = connection.namespace
      var limit = Limit()
      var mask = FieldMask()
      limit.name = name.limit
      limit.scope = name.scope.proto
      if let slots {
        limit.slots = slots
        mask.paths.append("slots")
      }
      if let decay {
        limit.slotDecayPerSecond = decay.perSecond
        mask.paths.append("slot_decay_per_second")
      }
      if let enforcement {
        limit.disabled = !enforcement
        mask.paths.append("disabled")
      }
      if let description {
        limit.description = description
        mask.paths.append("description")
      }
      if let newName {
        let found = try await connection.client.limits.getLimit(
          GetLimitRequest(
            namespace: connection.namespace, ref: name.limit, scope: name.scope.proto))
        limit.id = found.limit?.id ?? ""
        limit.name = newName
        mask.paths.append("name")
      }
      request.limit = limit
      request.updateMask = mask
      let response = try await connection.client.limits.updateLimit(request)
      try connection.show(response.limit, response, as: format.output)
      return nil
    }
  }
}

struct DeleteLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a limit.")
  @OptionGroup var name: LimitName
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = DeleteLimitRequest()
      request.namespace = connection.namespace
      request.ref = name.limit
      request.scope = name.scope.proto
      _ = try await connection.client.limits.deleteLimit(request)
      Terminal.standard.line("Deleted limit '\(name.limit)'.")
      return nil
    }
  }
}

struct ResetLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "End every lease of a limit: for when the holders are known to be gone.")
  @OptionGroup var name: LimitName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ResetLimitRequest()
      request.namespace = connection.namespace
      request.ref = name.limit
      request.scope = name.scope.proto
      let response = try await connection.client.limits.resetLimit(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.limit?.id ?? "")
      case .table: Terminal.standard.line("ended \(response.ended) leases of \(name.limit)")
      }
      return nil
    }
  }
}
