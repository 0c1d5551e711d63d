// Decides what can be done with limits from the command line, and how a limit is named there.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct LimitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit", abstract: "Bound what goes on at the same time, or in a time.",
    discussion: """
      A limit has a number of slots; programs take some, and wait in line when there are none. With --decay a slot \
      comes back by time instead of by release.
        martlet limit create external-api 5
        martlet limit exec external-api -- curl -s https://api.example.com
      Pools, queues and deployments have limits too, which are set with them and shown here:
        martlet limit get pool:default-agent-pool
      """,
    subcommands: [
      CreateLimit.self, ListLimits.self, GetLimit.self, SetLimit.self, DeleteLimit.self,
      ListLimitLeases.self, WatchLimits.self, ResetLimit.self, ExecWithSlots.self,
    ])
}

/// A scope as it is written on the command line.
enum Scope: String, ExpressibleByArgument, CaseIterable {
  case global, tag, deployment, pool, queue

  /// Takes `SCOPE:NAME` apart; a name alone is a global limit's.
  ///
  /// - Parameter given: The scope that an option says: then all of the text is the name.
  static func split(_ text: String, given: Scope?) -> (scope: Scope, name: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if given == nil, parts.count == 2, let scope = Scope(rawValue: parts[0]) {
      return (scope, parts[1])
    }
    return (given ?? .global, text)
  }

  /// The scope of the contract.
  var proto: LimitScope {
    switch self {
    case .global: .global
    case .tag: .tag
    case .deployment: .deployment
    case .pool: .pool
    case .queue: .queue
    }
  }
}

/// A limit named on the command line.
struct LimitName: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The limit: its name, its id, or SCOPE:NAME such as pool:default-agent-pool.",
      valueName: "limit"), completion: .limits)
  var text: String
  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "What the limit is for, instead of SCOPE: global, tag, deployment, pool or queue.",
      valueName: "scope"))
  var given: Scope?

  /// The name or the id.
  var limit: String { Scope.split(text, given: given).name }
  /// What it is for.
  var scope: Scope { Scope.split(text, given: given).scope }
}

extension Limit {
  /// The scope as the command line has it.
  var scopeName: String {
    Scope.allCases.first { $0.proto == scope }?.rawValue ?? "\(scope)"
  }

  /// Taken slots and all of them.
  var use: String { "\(slotsTaken)/\(slots)" }

  /// How slots come back.
  var pace: String { slotDecayPerSecond == 0 ? "-" : "\(slotDecayPerSecond)/s" }
}

extension Connection {
  /// Shows one limit in the form asked for.
  func show(_ limit: Limit?, _ response: some Message, as format: Format) throws {
    switch format {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(limit?.id ?? "")
    case .table:
      guard let limit else { return }
      let terminal = Terminal.standard
      func field(_ name: String, _ value: String, _ style: Style? = nil) {
        guard !value.isEmpty else { return }
        let padding = String(repeating: " ", count: max(1, 12 - name.count))
        terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
      }
      field("limit", limit.name, .bold)
      field("id", limit.id)
      field("scope", limit.scopeName)
      field("slots", "\(limit.use) taken" + (limit.disabled ? ", disabled" : ""))
      field("decay", limit.slotDecayPerSecond == 0 ? "" : limit.pace)
      field("holders", "\(limit.holders)")
      field("waiters", "\(limit.waiters)")
      field("about", limit.description)
      field("created", limit.createTime.map { "\(ago($0)) by \(limit.createdBy)" } ?? "")
    }
  }
}
