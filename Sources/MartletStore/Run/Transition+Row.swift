// Decides how a history row becomes the transition that it records.

import MartletModel
import MartletPostgres

extension Transition {
  /// Reads a row with the columns of `list_transitions`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let reason: Reason? = try row.optional(12)
    let type: StateType = try row.get(5)
    let detail: PostgresJSON? = try row.optional(8)
    var json: JSONValue?
    if let detail { json = try JSONValue(detail) }
    self.init(
      runID: try row.get(0), namespace: try row.get(2), revision: try row.get(1),
      from: try row.optional(3), fromName: try row.get(4),
      to: RunState(type, name: try row.get(6), message: try row.get(7), json: json),
      epoch: try row.get(9), executionID: try row.optional(10), seq: try row.optional(11),
      verdict: reason.map { .replaced($0) } ?? .accepted, rule: try row.get(13),
      actor: try row.get(14), time: try row.get(16), observedTime: try row.optional(17),
      attempt: try row.get(15))
  }
}
