// Decides one round of the granter: fence, lock limits in id order, read the first of each line, serve, write.

import MartletModel
import MartletPostgres

/// Limits of one shard whose lines are to be looked at.
struct MarkedLimits {
  var shard: LimitShard
  var limits: [LimitID] = []
  /// The marks that will have been heeded.
  var marks: [Int64] = []
}

/// One attempt to serve lines.
struct GrantTransaction {
  let work: MarkedLimits
  let granter: ObjectID
  let term: Int64

  /// How many of each line are looked at.
  static let depth: Int64 = 256

  /// - Returns: How many were served; nil when another granter has the shard now.
  func run(on connection: PostgresConnection) throws -> Int? {
    try connection.transaction { pipeline in
      let fence = try pipeline.execute(SQL.checkGranter) {
        $0.bind(work.shard.number)
        $0.bind(granter)
        $0.bind(term)
      }
      let locking = try pipeline.execute(SQL.lockLineLimits) { $0.bindArray(work.limits) }
      guard try pipeline.receive(fence).count > 0 else { return nil }
      var limits: [LimitID: LimitOccupancy] = [:]
      try pipeline.receive(locking).forEach { row throws(PostgresError) in
        let id = try row.get(0, as: LimitID.self)
        limits[id] = LimitOccupancy(
          id: id, slots: try row.get(1), decay: SlotDecay(perSecond: try row.get(2)),
          isEnabled: try row.get(3))
      }
      let (now, lengths) = try count(pipeline, &limits)
      let (waiters, ends) = try lines(pipeline, lengths)
      var line = LimitLine(limits: Array(limits.values), waiters: waiters, ends: ends)
      let round = line.serve(at: now)
      try write(round, waiters, now, pipeline)
      return round.grants.count
    }
  }

  private func count(
    _ pipeline: borrowing Pipeline, _ limits: inout [LimitID: LimitOccupancy]
  ) throws -> (now: Instant, lengths: [LimitID: Int64]) {
    var now = Instant.epoch
    var lengths: [LimitID: Int64] = [:]
    let rows = try pipeline.query(SQL.readLineLimits) { $0.bindArray(limits.keys.sorted()) }
    try rows.forEach { row throws(PostgresError) in
      let id = try row.get(0, as: LimitID.self)
      limits[id]?.held = try row.get(1)
      limits[id]?.draining = try row.get(2)
      limits[id]?.drainedBy = try row.optional(3)
      lengths[id] = try row.get(4)
      now = max(now, try row.get(5))
    }
    return (now, lengths)
  }

  private func lines(
    _ pipeline: borrowing Pipeline, _ lengths: [LimitID: Int64]
  ) throws -> (waiters: [LimitLine.Waiter], ends: [LimitID: Int64]) {
    var waiters: [LeaseID: LimitLine.Waiter] = [:]
    var last: [LimitID: Int64] = [:]
    let rows = try pipeline.query(SQL.readLines) {
      $0.bindArray(lengths.keys.sorted())
      $0.bind(Self.depth)
    }
    try rows.forEach { row throws(PostgresError) in
      let id = try row.get(0, as: LeaseID.self)
      let number = try row.get(1, as: Int64.self)
      let want = SlotWant(try row.get(2), slots: try row.get(3))
      let line = try row.get(4, as: LimitID.self)
      var waiter = waiters[id] ?? LimitLine.Waiter(id: id, number: number, wants: [])
      // One who is among the first of several lines is read once for each.
      if !waiter.wants.contains(want) { waiter.wants.append(want) }
      waiters[id] = waiter
      last[line] = max(last[line] ?? number, number)
    }
    let ends = lengths.filter { $0.value > Self.depth }.map { ($0.key, last[$0.key] ?? 0) }
    return (Array(waiters.values), Dictionary(ends, uniquingKeysWith: max))
  }

  private func write(
    _ round: LimitLine.Round, _ waiters: [LimitLine.Waiter], _ now: Instant,
    _ pipeline: borrowing Pipeline
  ) throws {
    if !round.grants.isEmpty {
      try pipeline.execute(SQL.grantWaiters) {
        $0.bindArray(round.grants.map(\.id))
        $0.bind(now)
        $0.bind(LimitBounds.patience)
      }
      try pipeline.execute(SQL.insertHolds) {
        $0.bindHolds(round.grants.flatMap { grant in grant.holds.map { (grant.id, $0) } })
      }
    }
    let served = Set(round.grants.map(\.id))
    let left = waiters.map(\.id).filter { !served.contains($0) }.sorted()
    if !left.isEmpty {
      let due = round.due.sorted { $0.key < $1.key }
      try pipeline.execute(SQL.setWaitersDue) {
        $0.bindArray(left)
        $0.bindArray(due.map(\.key))
        $0.bindArray(due.map(\.value))
      }
    }
    if !work.marks.isEmpty {
      try pipeline.execute(SQL.deleteMarks) { $0.bindArray(work.marks) }
    }
    if round.hasMore {
      try pipeline.execute(SQL.insertMarks) {
        $0.bind(work.shard.number)
        $0.bindArray(work.limits)
      }
    }
  }
}
