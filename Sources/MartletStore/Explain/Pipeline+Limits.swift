// Decides how the limits are read whose slots a run holds, waits for or is to ask for.

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

  /// The limits that there are of those that a run asks for when it starts.
  borrowing func limits(ahead needs: [SlotNeed], in namespace: Namespace) throws -> [LimitFact] {
    if needs.isEmpty { return [] }
    return try query(SQL.explainNeeds) {
      $0.bindArray(needs.map(\.scope))
      $0.bindArray(needs.map(\.name))
      $0.bindArray(needs.map(\.slots))
      $0.bind(namespace)
    }.map { row throws(PostgresError) in
      var fact = try LimitFact(row)
      fact.hasAsked = false
      return fact
    }
  }
}

extension LimitFact {
  /// Reads a row of `explain_limits` or `explain_needs`.
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
