// Decides how a backfill is followed to its end.

import Martlet
import MartletCall
import MartletProto

extension Connection {
  /// Prints how far a backfill is whenever that changes, until it has ended; a document is printed of its end only.
  ///
  /// - Returns: What the program leaves with: whether all its runs completed.
  func follow(_ id: String, as format: Format) async throws -> ExitStatus {
    var shown = ""
    while true {
      let backfill: Backfill
      do { backfill = try await self.backfill(id) } catch let status as Status
        where status.code == .unavailable && !shown.isEmpty
      {
        // A server that comes back carries it on.
        try await Task.sleep(for: .seconds(1))
        continue
      }
      let isEnded = backfill.state != .active
      let line =
        "\(backfill.state.cell.text): \(backfill.progress)"
        + (backfill.ends.isEmpty ? "" : " (\(backfill.ends))")
      if case .table = format, line != shown { Terminal.standard.line(line) }
      shown = line
      if isEnded {
        if case .document(let notation) = format {
          try notation.print(GetBackfillResponse(backfill: backfill))
        }
        return backfill.exitStatus
      }
      try await Task.sleep(for: .milliseconds(500))
    }
  }
}
