// Decides how limits, their holders and their lines are shown.

import ArgumentParser
import Martlet
import MartletProto

struct GetLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one limit.")
  @OptionGroup var name: LimitName
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = GetLimitRequest()
      request.namespace = connection.namespace
      request.ref = name.limit
      request.scope = name.scope.proto
      let response = try await connection.client.limits.getLimit(request)
      try connection.show(response.limit, response, as: format.output)
      return nil
    }
  }
}

struct ListLimits: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List limits and how full they are, those of pools and deployments too.")
  @Option(help: "Only limits of this scope.")
  var scope: Scope?
  @Option(help: "Only limits whose names begin so.")
  var prefix: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var response = ListLimitsResponse()
      var request = ListLimitsRequest()
      request.namespace = connection.namespace
      request.scope = scope?.proto ?? .unspecified
      request.namePrefix = prefix
      repeat {
        let page = try await connection.client.limits.listLimits(request)
        response.limits += page.limits
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for limit in response.limits { Terminal.standard.line(limit.id) }
      case .table:
        var table = Table("name", "scope", ">taken", ">decay", ">holders", ">waiters", "state")
        for limit in response.limits {
          table.append(
            .init(limit.name, .bold), .init(limit.scopeName),
            .init(limit.use, limit.slotsTaken >= limit.slots ? .yellow : nil), .init(limit.pace),
            .init("\(limit.holders)"), .init("\(limit.waiters)"),
            .init(limit.disabled ? "disabled" : "enabled", limit.disabled ? .dim : nil))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct ListLimitLeases: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leases", abstract: "Show who holds slots and who waits, the longest first.")
  @Argument(
    help:
      "Only leases of this limit: its name, its id, or SCOPE:NAME such as pool:default-agent-pool.",
    completion: .limits)
  var limit: String?
  @Option(help: "What the limit is for: global, tag, deployment, pool or queue.")
  var scope: Scope?
  @Option(help: "Only leases of this holder.")
  var holder: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var response = ListLeasesResponse()
      var request = ListLeasesRequest()
      request.namespace = connection.namespace
      let (scope, name) = Scope.split(limit ?? "", given: scope)
      request.ref = name
      request.scope = scope.proto
      request.holder = holder
      repeat {
        let page = try await connection.client.limits.listLeases(request)
        response.leases += page.leases
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for lease in response.leases { Terminal.standard.line(lease.id) }
      case .table:
        var table = Table("id", "state", "slots", "holder", "since", "lapses in")
        for lease in response.leases {
          let waits = lease.state == .waiting
          table.append(
            .init(lease.id, .dim),
            .init(waits ? "place \(lease.place)" : "held", waits ? .yellow : .cyan),
            .init(
              lease.holds.map { "\($0.name):\($0.slots)" }.joined(separator: " ")),
            .init(lease.holderName),
            .init((lease.grantTime ?? lease.createTime).map(ago) ?? "-"),
            .init(lease.expireTime.map { length($0.interval(since: .now)) } ?? "-"))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

extension Lease {
  /// Who holds it; a run that is with a worker also says with which.
  fileprivate var holderName: String {
    let name = holder?.name ?? ""
    return actor.hasPrefix("worker:") ? "\(name) (\(actor.dropFirst(7)))" : name
  }
}
