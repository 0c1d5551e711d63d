// Decides what the limits say to runs that would start: limits locked in id order, counted, asked by one run after the
// other, written, in a transaction that locks no run. Runs that only ask again, for they stand in line or were served, lock
// no limit: they would keep the granter from it.

import MartletModel
import MartletPostgres

/// One attempt to get slots for runs, or to put them in line.
struct RunSlotTransaction {
  let requests: [RunSlotRequest]

  private struct Name: Hashable {
    var namespace: Namespace
    var scope: LimitScope
    var name: String
  }

  private struct State {
    var ids: [Name: LimitID] = [:]
    var limits: [LimitID: LimitOccupancy] = [:]
    var waiters: [LimitID: Int64] = [:]
    var lines: [LimitID: Int] = [:]
    var known: [RunID: (lease: LeaseID, place: Int64)] = [:]
    var now = Instant.epoch
    var granted: [(lease: LeaseID, request: RunSlotRequest, holds: [SlotHold])] = []
    var waiting: [(lease: LeaseID, request: RunSlotRequest, wants: [SlotWant])] = []
    var kept: [LeaseID] = []
    var leaving: [RunID] = []
  }

  /// What an attempt came to.
  struct Outcome {
    var standings: [RunID: SlotStanding]
    /// Whether somebody stands in line, or has left it.
    var hasChangedLines: Bool
    /// Whether slots were taken.
    var hasTakenSlots: Bool
  }

  func run(on connection: PostgresConnection) throws -> Outcome {
    try connection.transaction { pipeline in
      let known = try findKnown(pipeline)
      let isNew = requests.contains { known[$0.runID] == nil }
      var state = try read(pipeline, locking: isNew)
      // Where the limits are locked, somebody may have been served meanwhile. Elsewhere nobody may become new: whoever has
      // lost a place since keeps to it until the next time.
      state.known = isNew ? try findKnown(pipeline) : known
      var standings: [RunID: SlotStanding] = [:]
      for request in requests { standings[request.runID] = decide(request, &state) }
      try write(state, pipeline)
      return Outcome(
        standings: standings,
        hasChangedLines: !state.waiting.isEmpty || !state.leaving.isEmpty,
        hasTakenSlots: !state.granted.isEmpty)
    }
  }

  /// What runs hold, or where they stand in line.
  private func findKnown(
    _ pipeline: borrowing Pipeline
  ) throws -> [RunID: (lease: LeaseID, place: Int64)] {
    var known: [RunID: (lease: LeaseID, place: Int64)] = [:]
    let rows = try pipeline.query(SQL.findRunSlots) { $0.bindArray(requests.map(\.runID)) }
    try rows.forEach { row throws(PostgresError) in
      known[try row.get(0)] = (try row.get(1), try row.optional(2) ?? 1)
    }
    return known
  }

  private func read(_ pipeline: borrowing Pipeline, locking: Bool) throws -> State {
    let names = Set(
      requests.flatMap { request in
        request.needs.map { Name(namespace: request.namespace, scope: $0.scope, name: $0.name) }
      }
    ).sorted {
      ($0.namespace.name, $0.scope.rawValue, $0.name) < (
        $1.namespace.name, $1.scope.rawValue, $1.name
      )
    }
    func bindNames(_ buffer: inout ParameterBuffer) {
      buffer.bindArray(names.map(\.namespace))
      buffer.bindArray(names.map(\.scope))
      buffer.bindArray(names.map(\.name))
    }
    let naming = try pipeline.execute(locking ? SQL.lockNamedLimits : SQL.peekNamedLimits) {
      bindNames(&$0)
    }
    let reading = try pipeline.execute(SQL.readNamedLimits) { bindNames(&$0) }
    var state = State()
    try pipeline.receive(naming).forEach { row throws(PostgresError) in
      let id: LimitID = try row.get(0)
      let name = Name(namespace: try row.get(1), scope: try row.get(2), name: try row.get(3))
      state.ids[name] = id
      state.limits[id] = LimitOccupancy(
        id: id, slots: try row.get(5), decay: SlotDecay(perSecond: try row.get(6)),
        isEnabled: try row.get(7))
    }
    try pipeline.receive(reading).forEach { row throws(PostgresError) in
      let id: LimitID = try row.get(0)
      state.limits[id]?.held = try row.get(1)
      state.limits[id]?.draining = try row.get(2)
      state.limits[id]?.drainedBy = try row.optional(3)
      state.waiters[id] = try row.get(4)
      state.lines[id] = Int(try row.get(5, as: Int64.self))
      state.now = max(state.now, try row.get(6))
    }
    return state
  }

  private func decide(_ request: RunSlotRequest, _ state: inout State) -> SlotStanding {
    let known = state.known[request.runID]
    // What it was granted while nobody looked is its own.
    if let known, known.place == 0 { return .ready(known.lease) }
    // Those that refuse come first: a run is not put in line for one when it is to be cancelled for another.
    let wants = request.needs.sorted { $0.strategy.rawValue > $1.strategy.rawValue }
      .compactMap { need -> (want: SlotWant, need: SlotNeed)? in
        state.ids[Name(namespace: request.namespace, scope: need.scope, name: need.name)]
          .map { (SlotWant($0, slots: need.slots), need) }
      }
    let admission = LimitAdmission.decide(
      wants.map(\.want), limits: state.limits, lines: state.lines, now: state.now)
    let isClosed = wants.contains { item in
      state.limits[item.want.limit].map { $0.isEnabled && $0.slots < item.want.slots } ?? false
    }
    if isClosed {
      if known != nil { state.leaving.append(request.runID) }
      return .closed
    }
    switch admission {
    case .tooMany: return .closed
    case .granted(let holds):
      // The granter serves those in line, in their order.
      if let known { return stay(known, wants.first, &state) }
      if holds.isEmpty { return .ready(nil) }
      let lease = LeaseID(ObjectID.random().value)
      for (want, hold) in zip(wants, holds) {
        _ = state.limits[want.want.limit]?.take(hold.slots, at: state.now)
      }
      state.granted.append((lease, request, holds))
      return .ready(lease)
    case .full(let id, _):
      let obstacle = wants.first { $0.want.limit == id }
      if let known { return stay(known, obstacle, &state) }
      if obstacle?.need.strategy == .cancelNew { return .refused }
      let lease = LeaseID(ObjectID.random().value)
      var place: Int64 = 0
      for item in wants {
        state.waiters[item.want.limit, default: 0] += 1
        state.lines[item.want.limit, default: 0] += 1
        place = max(place, state.waiters[item.want.limit, default: 0])
      }
      state.waiting.append((lease, request, wants.map(\.want)))
      return line((lease, place), obstacle, state)
    }
  }

  private func stay(
    _ known: (lease: LeaseID, place: Int64), _ obstacle: (want: SlotWant, need: SlotNeed)?,
    _ state: inout State
  ) -> SlotStanding {
    state.kept.append(known.lease)
    return line(known, obstacle, state)
  }

  private func line(
    _ known: (lease: LeaseID, place: Int64), _ obstacle: (want: SlotWant, need: SlotNeed)?,
    _ state: State
  ) -> SlotStanding {
    let limit = obstacle.flatMap { state.limits[$0.want.limit] }
    return .full(
      SlotLine(
        lease: known.lease, scope: obstacle?.need.scope ?? .global,
        name: obstacle?.need.name ?? "", slots: limit?.slots ?? 0,
        taken: limit?.taken(at: state.now) ?? 0, place: known.place))
  }

  private func write(_ state: State, _ pipeline: borrowing Pipeline) throws {
    let granted = state.granted
    if !granted.isEmpty {
      try pipeline.execute(SQL.insertRunLeases) {
        bind(granted.map { ($0.lease, $0.request) }, &$0)
        $0.bind(LimitBounds.patience)
        $0.bind(state.now)
      }
      try pipeline.execute(SQL.insertHolds) {
        $0.bindHolds(granted.flatMap { grant in grant.holds.map { (grant.lease, $0) } })
      }
    }
    let waiting = state.waiting
    if !waiting.isEmpty {
      let wants = waiting.flatMap { waiter in
        waiter.wants.map { (lease: waiter.lease, want: $0, isJoint: waiter.wants.count > 1) }
      }
      try pipeline.execute(SQL.insertRunWaiters) {
        bind(waiting.map { ($0.lease, $0.request) }, &$0)
        $0.bindArray(waiting.map { LimitShard($0.request.namespace).number })
        $0.bind(LimitBounds.patience)
        $0.bind(state.now)
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
    if !state.leaving.isEmpty {
      try pipeline.execute(SQL.releaseRunSlots) { $0.bindArray(state.leaving) }
    }
  }

  private func bind(
    _ rows: [(lease: LeaseID, request: RunSlotRequest)], _ buffer: inout ParameterBuffer
  ) {
    buffer.bindArray(rows.map(\.lease))
    buffer.bindArray(rows.map(\.request.namespace))
    buffer.bindArray(
      rows.map { row in
        row.request.needs.map { "\($0.slots) of \($0.name) (\($0.scope))" }
          .joined(separator: ", ")
      })
    buffer.bindArray(rows.map { "run \($0.request.runID)" })
    buffer.bindArray(rows.map(\.request.runID))
    buffer.bindArray(rows.map(\.request.epoch))
    buffer.bindArray(rows.map(\.request.actor))
  }
}
