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
  /// Those who are told by the one who grants.
  let guests: Set<LeaseID>

  /// Who was served.
  struct Outcome {
    var served: [LeaseID] = []
    /// The leases of guests.
    var told: [SlotLease] = []
  }

  /// How many of each line are looked at, at least and at most.
  static let depth: ClosedRange<Int64> = 16...4096

  private struct Lines {
    var waiters: [LeaseID: LimitLine.Waiter] = [:]
    var due: [LeaseID: Instant] = [:]
    /// The last that is seen of a line that was cut.
    var ends: [LimitID: Int64] = [:]
  }

  /// - Returns: Who was served; nil when another granter has the shard now.
  func run(on connection: PostgresConnection) throws -> Outcome? {
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
      let now = try count(pipeline, &limits)
      var depth = Self.depth(for: limits.values)
      while true {
        let lines = try lines(pipeline, limits.keys.sorted(), depth)
        var line = LimitLine(
          limits: Array(limits.values), waiters: Array(lines.waiters.values), ends: lines.ends)
        let round = line.serve(at: now)
        if isTooShallow(round, lines), depth < Self.depth.upperBound {
          depth = min(depth * 4, Self.depth.upperBound)
        } else {
          return try write(round, lines, now, pipeline)
        }
      }
    }
  }

  /// Nobody takes less than one slot, so as many as are free can be served, and one more may be due.
  private static func depth(for limits: some Sequence<LimitOccupancy>) -> Int64 {
    let free = limits.map { $0.isEnabled ? Int64($0.slots) - $0.held : 256 }.max() ?? 0
    return min(max(free + 1, depth.lowerBound), 256)
  }

  /// Whether somebody who is not seen is meant: those in front can never be served, or it was time for somebody else.
  private func isTooShallow(_ round: LimitLine.Round, _ lines: Lines) -> Bool {
    guard round.grants.isEmpty, !lines.ends.isEmpty else { return false }
    return round.isCutShort || work.marks.isEmpty && changedDues(round, lines).isEmpty
  }

  /// Those who wait and are to be looked at at another time than was said before.
  private func changedDues(_ round: LimitLine.Round, _ lines: Lines) -> [LeaseID] {
    let served = Set(round.grants.map(\.id))
    return lines.waiters.keys.filter { id in
      !served.contains(id) && lines.due[id] != round.due[id]
    }.sorted()
  }

  private func count(
    _ pipeline: borrowing Pipeline, _ limits: inout [LimitID: LimitOccupancy]
  ) throws -> Instant {
    var now = Instant.epoch
    let rows = try pipeline.query(SQL.readLineLimits) { $0.bindArray(limits.keys.sorted()) }
    try rows.forEach { row throws(PostgresError) in
      let id = try row.get(0, as: LimitID.self)
      limits[id]?.held = try row.get(1)
      limits[id]?.draining = try row.get(2)
      limits[id]?.drainedBy = try row.optional(3)
      now = max(now, try row.get(4))
    }
    return now
  }

  private func lines(
    _ pipeline: borrowing Pipeline, _ limits: [LimitID], _ depth: Int64
  ) throws -> Lines {
    var lines = Lines()
    let rows = try pipeline.query(SQL.readLines) {
      $0.bindArray(limits)
      $0.bind(depth)
    }
    try rows.forEach { row throws(PostgresError) in
      if try row.get(6, as: Int64.self) >= depth { lines.ends[try row.get(5)] = try row.get(7) }
      guard let id = try row.optional(0, as: LeaseID.self) else { return }
      let want = SlotWant(try row.get(2), slots: try row.get(3))
      let number = try row.get(1, as: Int64.self)
      lines.due[id] = try row.optional(4)
      // One who is among the first of several lines is read once for each.
      if lines.waiters[id]?.wants.contains(want) == true { return }
      lines.waiters[id, default: .init(id: id, number: number, wants: [])].wants.append(want)
    }
    return lines
  }

  private func write(
    _ round: LimitLine.Round, _ lines: Lines, _ now: Instant, _ pipeline: borrowing Pipeline
  ) throws -> Outcome {
    var outcome = Outcome(served: round.grants.map(\.id))
    if !round.grants.isEmpty {
      let granting = try pipeline.execute(SQL.grantWaiters) {
        $0.bindArray(outcome.served)
        $0.bind(now)
        $0.bind(LimitBounds.patience)
        $0.bindArray(outcome.served.filter(guests.contains))
      }
      try pipeline.execute(SQL.insertHolds) {
        $0.bindHolds(round.grants.flatMap { grant in grant.holds.map { (grant.id, $0) } })
      }
      let holds = Dictionary(
        round.grants.map { ($0.id, $0.holds) }, uniquingKeysWith: { first, _ in first })
      try pipeline.receive(granting).forEach { row throws(PostgresError) in
        guard try row.get(12) else { return }
        let id = try row.get(0, as: LeaseID.self)
        outcome.told.append(try SlotLease(granted: row, holds: holds[id] ?? []))
      }
    }
    let changed = changedDues(round, lines)
    if !changed.isEmpty {
      let due = round.due.sorted { $0.key < $1.key }
      try pipeline.execute(SQL.setWaitersDue) {
        $0.bindArray(changed)
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
    return outcome
  }
}

extension SlotLease {
  /// Reads a row with the columns of `grant_waiters`.
  fileprivate init(
    granted row: borrowing PostgresRow, holds: [SlotHold]
  ) throws(PostgresError) {
    self.init(
      id: try row.get(0), namespace: try row.get(1), state: .held, mode: try row.get(2),
      request: try row.get(3),
      holder: SlotHolder(
        try row.get(4), runID: try row.optional(5), sessionID: try row.optional(6)),
      actor: try row.get(7), ttl: try row.get(8), createTime: try row.get(9),
      grantTime: try row.get(10), expireTime: try row.get(11), endTime: nil, place: 0,
      holds: holds.sorted { $0.limit < $1.limit })
  }
}
