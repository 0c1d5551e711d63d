// Decides how one granter has a shard at a time, what it does there, and how those who wait are told.

public import MartletModel
import MartletPostgres

/// What one look at a line came to.
public enum GrantRound: Sendable, Equatable {
  /// No line was to be looked at.
  case idle
  /// So many were served.
  case served(Int)
  /// Another granter has the shard now.
  case fenced
}

/// What became of one look at the lines of a shard.
public struct LineLook: Sendable {
  /// What it came to.
  public var round: GrantRound
  /// The shard that was looked at.
  public var shard: LimitShard?
  /// Leases whose full terms run: they are to be told at once.
  public var told: [SlotLease]

  /// Puts a look together.
  public init(round: GrantRound, shard: LimitShard? = nil, told: [SlotLease] = []) {
    self.round = round
    self.shard = shard
    self.told = told
  }
}

extension Store {
  /// Keeps the shards that a granter has and takes those whose granter lapsed.
  /// - Returns: Its shards, each with the term it has them for.
  public func takeGranterShards(
    _ granter: ObjectID, lease: Interval
  ) async throws(StoreError) -> [LimitShard: Int64] {
    try await write { connection in
      var shards: [LimitShard: Int64] = [:]
      try connection.query(SQL.takeGranterShards) {
        $0.bind(granter)
        $0.bind(lease)
      }.forEach { row throws(PostgresError) in
        shards[LimitShard(number: try row.get(0))] = try row.get(1, as: Int64.self)
      }
      return shards
    }
  }

  /// Gives up the shards of a granter that stops.
  public func leaveGranterShards(_ granter: ObjectID) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.leaveGranterShards) { $0.bind(granter) }.count
    }
  }

  /// Looks at the lines of one shard that were marked or are due, and serves whom it can.
  /// - Parameters:
  ///   - last: The shard of the look before: others come first.
  ///   - guests: Those whom the caller tells at once when they are served; others are told later, see
  ///     ``collectLeases(_:)``.
  public func serveLines(
    _ granter: ObjectID, shards: [LimitShard: Int64], after last: LimitShard?,
    guests: Set<LeaseID> = [], limit: Int = 32
  ) async throws(StoreError) -> LineLook {
    let numbers = shards.keys.sorted().map(\.number)
    let (outcome, shard) = try await write {
      connection -> (GrantTransaction.Outcome?, LimitShard?) in
      var work: MarkedLimits?
      _ = try connection.query(SQL.deleteIdleMarks) { $0.bindArray(numbers) }.count
      try connection.query(SQL.findMarkedLimits) {
        $0.bindArray(numbers)
        $0.bind(last?.number ?? -1)
        $0.bind(Int64(limit))
      }.forEach { row throws(PostgresError) in
        let shard = LimitShard(number: try row.get(0))
        var found = work ?? MarkedLimits(shard: shard)
        found.limits.append(try row.get(1))
        let marks = try row.array(2, of: Int64.self)
        found.marks += marks.filter { $0 > 0 }
        work = found
      }
      guard let work, let term = shards[work.shard] else { return (nil, nil) }
      let outcome = try GrantTransaction(work: work, granter: granter, term: term, guests: guests)
        .run(on: connection)
      return (outcome, work.shard)
    }
    guard let shard else { return LineLook(round: .idle) }
    guard let outcome else { return LineLook(round: .fenced, shard: shard) }
    let told = Set(outcome.told.map(\.id))
    if !outcome.served.isEmpty { slotsGranted(outcome.served.filter { !told.contains($0) }) }
    return LineLook(round: .served(outcome.served.count), shard: shard, told: outcome.told)
  }

  /// How long until a line of some shards must be looked at because time has passed; nil when none must.
  public func timeToNextLine(
    of shards: some Sequence<LimitShard>
  ) async throws(StoreError) -> Interval? {
    let numbers = shards.map(\.number).sorted()
    return try await read { connection in
      try connection.query(SQL.nextWaiterDue) { $0.bindArray(numbers) }
        .first { row throws(PostgresError) in try row.optional(0, as: Interval.self) } ?? nil
    }
  }

  /// Keeps the places of some who wait.
  public func keepPlaces(_ ids: [LeaseID]) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.keepPlaces) {
        $0.bindArray(ids)
        $0.bind(LimitBounds.patience)
      }.count
    }
  }

  /// Tells some who waited of their grants, together: their full terms run from now on.
  /// - Returns: Their leases; who is missing was not served and is to ask again.
  public func collectLeases(_ ids: [LeaseID]) async throws(StoreError) -> [LeaseID: SlotLease] {
    let leases = try await write { connection in
      try connection.transaction { pipeline in
        _ = try pipeline.query(SQL.collectLeases) { $0.bindArray(ids) }
        return try pipeline.query(SQL.findLeases) { $0.bindArray(ids) }
          .map { row throws(PostgresError) in try SlotLease(row) }
      }
    }
    return Dictionary(leases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Takes back that some were told of their grants: they had gone.
  public func returnLeases(_ ids: [LeaseID]) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.returnLeases) {
        $0.bindArray(ids)
        $0.bind(LimitBounds.patience)
      }.count
    }
  }

  /// Which of those who waited stand in line no more: they were served, or are to ask again.
  public func leftLine(_ ids: [LeaseID]) async throws(StoreError) -> [LeaseID] {
    try await read { connection in
      try connection.query(SQL.listLeftLine) { $0.bindArray(ids) }
        .map { row throws(PostgresError) in try row.get(0, as: LeaseID.self) }
    }
  }
}
