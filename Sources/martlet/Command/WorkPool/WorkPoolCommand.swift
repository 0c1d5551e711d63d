// Decides what can be done with work pools from the command line, and how one is shown there.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct WorkPoolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work-pool", abstract: "Say where runs of deployments wait for workers.",
    discussion: """
      A pool has the workers of one kind of machine; its queues are served in the order of their priority.
        martlet work-pool create my-pool --type process --concurrency-limit 5
        martlet work-pool ls
      """,
    subcommands: [
      CreatePool.self, ListPools.self, GetPool.self, UpdatePool.self, PausePool.self,
      ResumePool.self, DeletePool.self, ListPoolTypes.self, PoolTemplate.self, PoolSlots.self,
      PreviewPool.self, QueueCommand.self,
    ])
}

/// A pool named on the command line.
struct PoolName: ParsableArguments {
  @Argument(help: "The pool: its name or its id.", completion: .pools)
  var pool: String
}

extension Pool {
  /// The name, marked when the pool is paused.
  var markedName: String { paused ? "\(name) (**)" : name }

  /// How it stands, in a word.
  var standing: String {
    switch state {
    case .ready: "READY"
    case .notReady: "NOT_READY"
    case .paused: "PAUSED"
    default: "\(state)"
    }
  }

  /// Taken slots, of how many.
  var use: String { concurrencyLimit.map { "\(slotsTaken)/\($0)" } ?? "\(slotsTaken)" }
}

extension Terminal {
  /// One line about a thing, where there is something to say.
  func field(_ name: String, _ value: String, _ style: Style? = nil) {
    guard !value.isEmpty else { return }
    let padding = String(repeating: " ", count: max(1, 12 - name.count))
    line(styled(name, .dim) + padding + styled(value, style))
  }
}

extension Connection {
  /// Reads a pool.
  func pool(_ name: String) async throws -> GetPoolResponse {
    try await client.pools.getPool(GetPoolRequest(namespace: namespace, pool: name))
  }

  /// Shows one pool in the form asked for.
  func show(_ pool: Pool?, _ response: some Message, as format: Format) throws {
    switch format {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(pool?.name ?? "")
    case .table:
      guard let pool else { return }
      let terminal = Terminal.standard
      terminal.field("pool", pool.markedName, .bold)
      terminal.field("id", pool.id)
      terminal.field("type", pool.type)
      terminal.field("state", pool.standing)
      terminal.field("slots", "\(pool.use) taken")
      terminal.field("waiting", "\(pool.runsWaiting)")
      terminal.field("workers", "\(pool.workersOnline) online")
      terminal.field("about", pool.description)
      terminal.field("created", pool.createTime.map { "\(ago($0)) by \(pool.createdBy)" } ?? "")
    }
  }
}
