// Decides one request for slots: limits locked in id order, counted, decided, written; two round trips.

import MartletModel
import MartletPostgres

/// One attempt to grant a request at once, or to put it in line.
struct AcquireTransaction {
  let request: SlotRequest

  /// What an attempt came to.
  struct Outcome {
    var answer: SlotAnswer
    /// Whether the line is longer.
    var isInLine = false
  }

  private struct Limits {
    var names: [LimitID: LimitReference] = [:]
    var occupancies: [LimitID: LimitOccupancy] = [:]
    var holders: [LimitID: Int64] = [:]
    var waiters: [LimitID: Int64] = [:]
    var lines: [LimitID: Int] = [:]
    var wants: [SlotWant] = []
    var items: [LimitID: Int] = [:]
    var now = Instant.epoch
  }

  func run(on connection: PostgresConnection) throws -> Outcome {
    try connection.transaction { pipeline in
      let locking = try pipeline.execute(SQL.lockWantedLimits) { bindReferences(&$0) }
      let reading = try pipeline.execute(SQL.readWantedLimits) { bindReferences(&$0) }
      let finding = try pipeline.execute(SQL.findLease) { $0.bind(request.id) }
      let session = try request.holder.sessionID.map { id in
        try pipeline.execute(SQL.findOpenSession) {
          $0.bind(id)
          $0.bind(request.namespace)
        }
      }
      var limits = Limits()
      try lock(pipeline.receive(locking), &limits)
      try count(pipeline.receive(reading), &limits)
      let known = try pipeline.receive(finding)
        .first { row throws(PostgresError) in try SlotLease(row) }
      let hasSession = try session.map { try pipeline.receive($0).count > 0 } ?? true
      if let known, let outcome = try answer(known, pipeline, limits) { return outcome }
      return try decide(pipeline, limits, isInLine: known != nil, hasSession: hasSession)
    }
  }

  private func bindReferences(_ buffer: inout ParameterBuffer) {
    buffer.bind(request.namespace)
    buffer.bindArray(nullable: request.items.map(\.limit.id))
    buffer.bindArray(nullable: request.items.map(\.limit.scope))
    buffer.bindArray(nullable: request.items.map(\.limit.name))
  }

  private func lock(_ rows: borrowing PostgresRows, _ limits: inout Limits) throws {
    try rows.forEach { row throws in
      let id = try row.get(1, as: LimitID.self)
      let item = Int(try row.get(0, as: Int64.self)) - 1
      guard limits.items[id] == nil else {
        throw StoreError.invalid(field: "limits", why: "name the limit \(id) twice")
      }
      limits.items[id] = item
      limits.names[id] = .named(try row.get(2), try row.get(3))
      limits.occupancies[id] = LimitOccupancy(
        id: id, slots: try row.get(4), decay: SlotDecay(perSecond: try row.get(5)),
        isEnabled: try row.get(6))
    }
    limits.wants = limits.items.map { SlotWant($0.key, slots: request.items[$0.value].slots) }
      .sorted { $0.limit < $1.limit }
  }

  private func count(_ rows: borrowing PostgresRows, _ limits: inout Limits) throws {
    try rows.forEach { row throws(PostgresError) in
      let id = try row.get(0, as: LimitID.self)
      limits.occupancies[id]?.held = try row.get(1)
      limits.occupancies[id]?.draining = try row.get(2)
      limits.occupancies[id]?.drainedBy = try row.optional(3)
      limits.holders[id] = try row.get(4)
      limits.waiters[id] = try row.get(5)
      limits.lines[id] = Int(try row.get(6, as: Int64.self))
      limits.now = max(limits.now, try row.get(7))
    }
    // Without any limit there is no row that brings the time along.
    if limits.now == .epoch { limits.now = .systemClock }
  }

  /// Answers a repeat; nil when it waits and is to be judged anew.
  private func answer(
    _ known: SlotLease, _ pipeline: borrowing Pipeline, _ limits: Limits
  ) throws -> Outcome? {
    guard known.namespace == request.namespace, known.request == request.content else {
      throw StoreError.alreadyExists(resource: "lease", name: "\(request.id)")
    }
    switch known.state {
    case .waiting: return nil
    case .held:
      var lease = known
      let expiry = try pipeline.query(SQL.collectLease) { $0.bind(known.id) }
        .first { row throws(PostgresError) in try row.get(0, as: Instant.self) }
      lease.expireTime = expiry ?? known.expireTime
      return Outcome(answer: .granted(lease))
    case .released, .lapsed, .reset: throw StoreError.leaseEnded(known)
    }
  }

  private func decide(
    _ pipeline: borrowing Pipeline, _ limits: Limits, isInLine: Bool, hasSession: Bool
  ) throws -> Outcome {
    if let session = request.holder.sessionID, !hasSession {
      throw StoreError.notFound(resource: "session", name: "\(session)")
    }
    if !isInLine {
      do throws(InvalidValue) { try request.id.validate(now: limits.now) } catch {
        throw StoreError.invalid(field: error.field, why: error.problem)
      }
    }
    if request.isStrict {
      let found = Set(limits.items.values)
      for (index, item) in request.items.enumerated() where !found.contains(index) {
        throw StoreError.notFound(resource: "limit", name: "\(item.limit)")
      }
    }
    if request.mode == .rate {
      for (id, limit) in limits.occupancies where limit.decay == nil {
        throw StoreError.invalid(
          field: "mode",
          why: "is RATE, but \(name(id, limits)) has no slot_decay_per_second: use CONCURRENCY")
      }
    }
    let admission = LimitAdmission.decide(
      limits.wants, limits: limits.occupancies, lines: limits.lines, now: limits.now)
    switch admission {
    case .tooMany(let id, let slots):
      throw StoreError.invalid(
        field: "limits[\(limits.items[id] ?? 0)].slots",
        why: "is more than the \(slots) slots of \(name(id, limits))")
    case .granted(let holds) where !isInLine: return try grant(holds, pipeline, limits.now)
    // The granter serves those in line, in their order.
    case .granted: return try stay(limits.wants.first?.limit, nil, pipeline, limits)
    case .full(let id, let until):
      if isInLine { return try stay(id, until, pipeline, limits) }
      guard request.waits else { return Outcome(answer: full(id, until, 0, limits)) }
      return try stand(id, until, pipeline, limits)
    }
  }

  private func grant(
    _ holds: [SlotHold], _ pipeline: borrowing Pipeline, _ now: Instant
  ) throws -> Outcome {
    try pipeline.execute(SQL.insertLease) {
      $0.bind(request.id)
      $0.bind(request.namespace)
      $0.bind(request.mode)
      bindHolder(&$0)
      $0.bind(now)
    }
    try pipeline.execute(SQL.insertHolds) { $0.bindHolds(holds.map { (request.id, $0) }) }
    return Outcome(
      answer: .granted(
        SlotLease(
          id: request.id, namespace: request.namespace, state: .held, mode: request.mode,
          request: request.content, holder: request.holder, actor: request.actor,
          ttl: request.ttl, createTime: now, grantTime: now, expireTime: now + request.ttl,
          endTime: nil, place: 0, holds: holds)))
  }

  /// Goes to the end of the line.
  private func stand(
    _ id: LimitID, _ until: Instant?, _ pipeline: borrowing Pipeline, _ limits: Limits
  ) throws -> Outcome {
    try pipeline.execute(SQL.insertWaiter) {
      $0.bind(request.id)
      $0.bind(request.namespace)
      $0.bind(LimitShard(request.namespace).number)
      $0.bind(request.mode)
      bindHolder(&$0)
      $0.bind(limits.now)
      $0.bind(LimitBounds.patience)
      $0.bindArray(limits.wants.map(\.limit))
      $0.bindArray(limits.wants.map(\.slots))
    }
    let place = limits.wants.map { limits.waiters[$0.limit, default: 0] }.max() ?? 0
    return Outcome(answer: full(id, until, place + 1, limits), isInLine: true)
  }

  /// Keeps the place in line.
  private func stay(
    _ id: LimitID?, _ until: Instant?, _ pipeline: borrowing Pipeline, _ limits: Limits
  ) throws -> Outcome {
    try pipeline.execute(SQL.keepPlaces) {
      $0.bindArray([request.id])
      $0.bind(LimitBounds.patience)
    }
    let place =
      try pipeline.query(SQL.findLease) { $0.bind(request.id) }
      .first { row throws(PostgresError) in try row.optional(14, as: Int64.self) ?? 0 } ?? 0
    guard let id else { throw StoreError.notFound(resource: "lease", name: "\(request.id)") }
    return Outcome(answer: full(id, until, place, limits), isInLine: true)
  }

  private func bindHolder(_ buffer: inout ParameterBuffer) {
    buffer.bind(request.content)
    buffer.bind(request.holder.name)
    buffer.bind(request.holder.runID)
    buffer.bind(request.holder.sessionID)
    buffer.bind(request.actor)
    buffer.bind(request.ttl)
  }

  private func full(
    _ id: LimitID, _ until: Instant?, _ place: Int64, _ limits: Limits
  ) -> SlotAnswer {
    let limit = limits.occupancies[id]
    return .full(
      FullLimit(
        limit: limits.names[id] ?? .id(id), slots: limit?.slots ?? 0,
        taken: limit?.taken(at: limits.now) ?? 0, holders: limits.holders[id, default: 0],
        place: place, delay: until.map { limits.now.distance(to: $0) }))
  }

  private func name(_ id: LimitID, _ limits: Limits) -> String {
    "\(limits.names[id] ?? .id(id))"
  }
}

extension ParameterBuffer {
  /// Binds the four columns of `insert_holds`.
  mutating func bindHolds(_ holds: [(lease: LeaseID, hold: SlotHold)]) {
    bindArray(holds.map(\.hold.limit))
    bindArray(holds.map(\.lease))
    bindArray(holds.map(\.hold.slots))
    bindArray(nullable: holds.map(\.hold.returnTime))
  }
}

extension StoreError {
  /// A lease that has ended: its slots may be somebody else's.
  static func leaseEnded(_ lease: SlotLease) -> StoreError {
    .failedPrecondition(
      reason: "LEASE_ENDED", subject: "\(lease.id)",
      message: "the lease \(lease.id) was \(lease.state): ask anew with another id")
  }
}
