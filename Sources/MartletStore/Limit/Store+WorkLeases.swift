// Decides how it is told who takes the slots of pools, queues and deployments: runs that are with workers, as if they held
// leases.

import MartletModel
import MartletPostgres

extension Store {
  /// Lists runs that are with workers, the longest first, then those that wait for one, in their order.
  /// - Parameters:
  ///   - query: Which of them; its limit is `limit`.
  ///   - limit: That of a deployment, a pool or a queue.
  public func listWorkLeases(
    _ query: LeaseQuery, of limit: SlotLimit, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [ListedLease] {
    try await read(deadline) { connection in
      try connection.query(SQL.listWorkLeases) {
        $0.bind(limit.id)
        $0.bind(limit.scope)
        $0.bind(query.holder)
        $0.bind(query.runID)
        $0.bind(query.after?.state ?? -9)
        $0.bind(query.after?.number ?? 0)
        $0.bind(query.after?.id ?? LeaseID(high: 0, low: 0))
        $0.bind(Int64(query.size))
      }.map { row throws(PostgresError) in
        let run = try row.get(0, as: RunID.self)
        let worker: String = try row.get(4)
        let lease = SlotLease(
          id: LeaseID(run.value), namespace: try row.get(1), state: try row.get(2),
          mode: .concurrency,
          request: "",
          holder: SlotHolder(try row.get(3), runID: run, sessionID: try row.optional(5)),
          actor: worker.isEmpty ? "" : "worker:\(worker)", ttl: .zero, createTime: try row.get(6),
          grantTime: try row.optional(7), place: try row.get(8),
          holds: [SlotHold(limit.id, slots: 1)])
        return ListedLease(
          lease: lease,
          position: LeaseQuery.Position(
            state: -Int32(lease.state.rawValue), number: try row.get(9), id: lease.id))
      }
    }
  }
}
