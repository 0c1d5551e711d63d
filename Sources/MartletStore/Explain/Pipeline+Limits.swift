// Decides how the limits whose slots a run holds or waits for are read.

import MartletModel
import MartletPostgres

extension Pipeline {
  /// The limits of a run, those it holds slots of first, then those it waits for.
  borrowing func limits(of run: RunID, in namespace: Namespace) throws -> [LimitFact] {
    try query(SQL.explainLimits) {
      $0.bind(run)
      $0.bind(namespace)
      $0.bind(Int64(ExplainedRun.gates))
      $0.bind(Int64(ExplainedRun.holders))
    }.map { row throws(PostgresError) in try LimitFact(row) }
  }
}

extension LimitFact {
  /// Reads a row of `explain_limits`.
  fileprivate init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let holders: PostgresJSON? = try row.optional(13)
    let document = try holders.map { json throws(PostgresError) in try JSONValue(json) }
    self.init(
      limit: LimitOccupancy(
        id: try row.get(0), slots: try row.get(3), decay: SlotDecay(perSecond: try row.get(4)),
        isEnabled: try row.get(5), held: try row.get(6), draining: try row.get(7),
        drainedBy: try row.optional(8)),
      name: try row.get(2), scope: try row.get(1), wanted: try row.get(10),
      place: try row.optional(11), serveTime: try row.optional(12),
      holders: (document?.elements ?? []).map { Holder($0) }, holderCount: try row.get(9))
  }
}

extension LimitFact.Holder {
  /// Reads a name, a run and the microseconds of the time since when it holds slots.
  init(_ document: JSONValue) {
    let parts = document.elements
    self.init(
      parts[0].string ?? "", runID: parts[1].string.flatMap { RunID($0) },
      since: parts[2].integer.map { Instant(microseconds: $0) })
  }
}
