// Decides requests for slots: limits locked in id order, counted once, asked by one request after the other, written; two
// round trips for all of them.

import MartletModel
import MartletPostgres

/// One attempt to grant requests at once, or to put them in line, in their order.
struct AcquireTransaction {
  /// No two of one id.
  let requests: [SlotRequest]

  /// What an attempt came to.
  struct Outcome {
    /// Those of the requests, in their order.
    var answers: [Result<SlotAnswer, StoreError>]
    /// Whether a line is longer.
    var hasLongerLines = false
    /// Whether slots were taken.
    var hasTakenSlots = false
  }

  private struct Reference: Hashable {
    var namespace: Namespace
    var limit: LimitReference
  }

  func run(on connection: PostgresConnection) throws -> Outcome {
    try connection.transaction { pipeline in
      var state = AcquireState()
      let known = try read(pipeline, &state)
      let answers = requests.map { request in
        Result { () throws(StoreError) in try state.answer(request, known: known[request.id]) }
      }
      return try Outcome(
        answers: write(state, answers, pipeline), hasLongerLines: !state.waiting.isEmpty,
        hasTakenSlots: !state.granted.isEmpty)
    }
  }

  /// Locks the limits and counts; reads leases and places of the ids.
  private func read(
    _ pipeline: borrowing Pipeline, _ state: inout AcquireState
  ) throws -> [LeaseID: SlotLease] {
    let references = Array(
      Set(
        requests.flatMap { request in
          request.items.map { Reference(namespace: request.namespace, limit: $0.limit) }
        }))
    let sessions = requests.compactMap { request in
      request.holder.sessionID.map {
        AcquireState.HeldSession(id: $0, namespace: request.namespace)
      }
    }
    let locking = try pipeline.execute(SQL.lockWantedLimits) { bind(references, &$0) }
    let reading = try pipeline.execute(SQL.readWantedLimits) { bind(references, &$0) }
    let finding = try pipeline.execute(SQL.findLease) { $0.bindArray(requests.map(\.id)) }
    let meeting =
      try sessions.isEmpty
      ? nil
      : pipeline.execute(SQL.findOpenSessions) {
        $0.bindArray(sessions.map(\.id))
        $0.bindArray(sessions.map(\.namespace))
      }
    try pipeline.receive(locking).forEach { row throws(PostgresError) in
      let reference = references[Int(try row.get(0, as: Int64.self)) - 1]
      let id = try row.get(1, as: LimitID.self)
      state.ids[reference.namespace, default: [:]][reference.limit] = id
      state.names[id] = .named(try row.get(2), try row.get(3))
      state.limits[id] = LimitOccupancy(
        id: id, slots: try row.get(4), decay: SlotDecay(perSecond: try row.get(5)),
        isEnabled: try row.get(6))
    }
    try pipeline.receive(reading).forEach { row throws(PostgresError) in
      let id = try row.get(0, as: LimitID.self)
      state.limits[id]?.held = try row.get(1)
      state.limits[id]?.draining = try row.get(2)
      state.limits[id]?.drainedBy = try row.optional(3)
      state.holders[id] = try row.get(4)
      state.waiters[id] = try row.get(5)
      state.lines[id] = Int(try row.get(6, as: Int64.self))
      state.now = max(state.now, try row.get(7))
    }
    // Without any limit there is no row that brings the time along.
    if state.now == .epoch { state.now = .systemClock }
    var known: [LeaseID: SlotLease] = [:]
    try pipeline.receive(finding).forEach { row throws(PostgresError) in
      let lease = try SlotLease(row)
      known[lease.id] = lease
    }
    if let meeting {
      try pipeline.receive(meeting).forEach { row throws(PostgresError) in
        state.sessions.insert(.init(id: try row.get(0), namespace: try row.get(1)))
      }
    }
    return known
  }

  private func bind(_ references: [Reference], _ buffer: inout ParameterBuffer) {
    buffer.bindArray(references.map(\.namespace))
    buffer.bindArray(nullable: references.map(\.limit.id))
    buffer.bindArray(nullable: references.map(\.limit.scope))
    buffer.bindArray(nullable: references.map(\.limit.name))
  }

  private func write(
    _ state: AcquireState, _ answers: [Result<SlotAnswer, StoreError>],
    _ pipeline: borrowing Pipeline
  ) throws -> [Result<SlotAnswer, StoreError>] {
    if !state.granted.isEmpty {
      try pipeline.execute(SQL.insertLeases) {
        bind(state.granted.map(\.request), &$0)
        $0.bind(state.now)
      }
      try pipeline.execute(SQL.insertHolds) {
        $0.bindHolds(state.granted.flatMap { one in one.holds.map { (one.request.id, $0) } })
      }
    }
    if !state.waiting.isEmpty {
      let wants = state.waiting.flatMap { one in
        one.wants.map { (lease: one.request.id, want: $0, isJoint: one.wants.count > 1) }
      }
      try pipeline.execute(SQL.insertWaiters) {
        bind(state.waiting.map(\.request), &$0)
        $0.bind(state.now)
        $0.bindArray(state.waiting.map { LimitShard($0.request.namespace).number })
        $0.bind(LimitBounds.patience)
        $0.bindArray(wants.map(\.lease))
        $0.bindArray(wants.map(\.want.limit))
        $0.bindArray(wants.map(\.want.slots))
        $0.bindArray(wants.map(\.isJoint))
      }
    }
    if !state.kept.isEmpty {
      try pipeline.execute(SQL.keepPlaces) {
        $0.bindArray(state.kept)
        $0.bind(LimitBounds.patience)
      }
    }
    if state.collected.isEmpty { return answers }
    var expiries: [LeaseID: Instant] = [:]
    try pipeline.query(SQL.collectLeases) { $0.bindArray(state.collected) }
      .forEach { row throws(PostgresError) in expiries[try row.get(0)] = try row.get(1) }
    return answers.map { answer in
      guard case .success(.granted(var lease)) = answer, let expiry = expiries[lease.id] else {
        return answer
      }
      lease.expireTime = expiry
      return .success(.granted(lease))
    }
  }

  private func bind(_ requests: [SlotRequest], _ buffer: inout ParameterBuffer) {
    buffer.bindArray(requests.map(\.id))
    buffer.bindArray(requests.map(\.namespace))
    buffer.bindArray(requests.map(\.mode))
    buffer.bindArray(requests.map(\.content))
    buffer.bindArray(requests.map(\.holder.name))
    buffer.bindArray(nullable: requests.map(\.holder.runID))
    buffer.bindArray(nullable: requests.map(\.holder.sessionID))
    buffer.bindArray(requests.map(\.actor))
    buffer.bindArray(requests.map(\.ttl))
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
      message:
        "the lease \(lease.id) \(lease.state == .lapsed ? "has" : "was") \(lease.state):"
        + " ask anew with another id")
  }
}
