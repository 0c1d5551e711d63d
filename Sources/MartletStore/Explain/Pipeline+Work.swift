// Decides how it is read where a run waits for a worker.

import MartletModel
import MartletPostgres

extension Pipeline {
  /// Where a run waits for a worker; nil when it does not.
  borrowing func work(of run: RunID, in namespace: Namespace) throws -> WorkFact? {
    try query(SQL.explainWork) {
      $0.bind(run)
      $0.bind(namespace)
      $0.bind(Int64(ExplainedRun.holders))
    }.first { row throws(PostgresError) in try WorkFact(row) }
  }
}

extension WorkFact {
  /// Reads a row of `explain_work`.
  fileprivate init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let document: PostgresJSON? = try row.optional(16)
    let holders = try document.map { json throws(PostgresError) in try JSONValue(json) }
    let slug: String = try row.get(19)
    let hold: Hold?
    switch try row.get(18) as Int16 {
    case 1: hold = .schedule(slug, why: try row.get(20))
    case 2: hold = .overlap(slug, others: try row.get(21))
    case 3:
      hold = .backfill(
        try row.get(22), parallel: try row.get(23), going: try row.get(24),
        place: try row.get(25))
    default: hold = nil
    }
    self.init(
      hold: hold,
      deployment: Bound(
        try row.get(0), isPaused: try row.get(1), limit: try row.optional(2),
        taken: try row.get(3)),
      pool: Bound(
        try row.get(4), isPaused: try row.get(5), limit: try row.optional(6),
        taken: try row.get(7)),
      queue: Bound(
        try row.get(8), isPaused: try row.get(9), limit: try row.optional(10),
        taken: try row.get(11)),
      place: try row.get(12), labels: try MartletStore.labels(row.get(13)),
      online: try row.get(14), fitting: try row.get(15), isServed: try row.get(17),
      holders: (holders?.elements ?? []).map { LimitFact.Holder($0) })
    if let worker: String = try row.optional(26) {
      decline = Decline(by: worker, why: try row.get(27))
    }
  }
}
