// Decides what can be done with backfills from the command line, and how one is shown.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

struct BackfillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backfill", abstract: "Make up for a range of a deployment's schedule.",
    discussion: """
      Every time of the range gets its run, so many at a time:
        martlet backfill create etl/nightly --from 2026-11-01 --to 2026-11-08 --parallel 2 --watch
      """,
    subcommands: [
      CreateBackfill.self, ListBackfills.self, GetBackfill.self, CancelBackfill.self,
    ])
}

/// A backfill named on the command line.
struct BackfillArgument: ParsableArguments {
  @Argument(help: "The id of the backfill.")
  var backfill: String
}

extension BackfillState {
  /// The word and the colour it is shown in.
  var cell: Table.Cell {
    switch self {
    case .active: .init("active", .cyan)
    case .done: .init("done", .green)
    case .cancelled: .init("cancelled", .magenta)
    default: .init("\(self)")
    }
  }
}

extension Backfill {
  /// How far it is.
  var progress: String { "\(ended.values.reduce(0, +)) of \(runs) runs ended" }

  /// Its runs that have ended, by how: `2 COMPLETED, 1 FAILED`.
  var ends: String {
    ended.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  /// What following it to its end leaves with: whether it was carried out and all its runs completed.
  var exitStatus: ExitStatus {
    state == .done && ended.allSatisfy { $0.key == "COMPLETED" || $0.value == 0 } ? .good : .failed
  }
}

extension Connection {
  /// Reads a backfill.
  func backfill(_ id: String) async throws -> Backfill {
    let response = try await client.deployments.getBackfill(
      GetBackfillRequest(namespace: namespace, id: id))
    guard let backfill = response.backfill else {
      throw Status(.notFound, "there is no backfill \"\(id)\"; `martlet backfill ls` lists them")
    }
    return backfill
  }

  /// Shows one backfill in the form asked for.
  func show(_ backfill: Backfill, _ response: some Message, as format: Format) throws {
    switch format {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(backfill.id)
    case .table:
      let terminal = Terminal.standard
      func field(_ name: String, _ value: String, _ style: Style? = nil) {
        guard !value.isEmpty else { return }
        let padding = String(repeating: " ", count: max(1, 12 - name.count))
        terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
      }
      field("backfill", backfill.id, .bold)
      field("deployment", backfill.deployment)
      field("schedule", backfill.schedule)
      field("from", backfill.fromTime.map { StartTime.instant($0).rfc3339 } ?? "")
      field("to", backfill.toTime.map { StartTime.instant($0).rfc3339 } ?? "")
      field("state", backfill.state.cell.text, backfill.state.cell.style)
      field(
        "times", "\(backfill.times)" + (backfill.onlyMissing ? ", only those without a run" : ""))
      field("runs", "\(backfill.progress), \(backfill.maxParallel) at a time")
      field("ended", backfill.ends)
      if let parameters = backfill.parameters, !parameters.isEmpty {
        field("parameters", try parameters.jsonText())
      }
      field("created", backfill.createTime.map { "\(ago($0)) by \(backfill.createdBy)" } ?? "")
    }
  }
}
