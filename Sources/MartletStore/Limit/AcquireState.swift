// Decides what locked limits say to requests for slots, one after the other: each sees what those before it were told.

import MartletModel

/// Limits as they were counted, and what requests have come to since.
struct AcquireState {
  /// A session that a request names.
  struct HeldSession: Hashable {
    var id: SessionID
    var namespace: Namespace
  }

  var ids: [Namespace: [LimitReference: LimitID]] = [:]
  var names: [LimitID: LimitReference] = [:]
  var limits: [LimitID: LimitOccupancy] = [:]
  var holders: [LimitID: Int64] = [:]
  var waiters: [LimitID: Int64] = [:]
  /// How many stand in line who can ever be served.
  var lines: [LimitID: Int] = [:]
  /// Those whose lease runs.
  var sessions: Set<HeldSession> = []
  var now = Instant.epoch

  /// Who gets slots at once.
  private(set) var granted: [(request: SlotRequest, holds: [SlotHold])] = []
  /// Who goes to the end of the line.
  private(set) var waiting: [(request: SlotRequest, wants: [SlotWant])] = []
  /// Who keeps a place.
  private(set) var kept: [LeaseID] = []
  /// Who is told of a grant.
  private(set) var collected: [LeaseID] = []

  /// Answers a request; `known` is the lease or place of its id.
  mutating func answer(
    _ request: SlotRequest, known: SlotLease?
  ) throws(StoreError) -> SlotAnswer {
    let (wants, items) = try wants(of: request)
    guard let known else { return try admit(request, wants, items) }
    guard known.namespace == request.namespace, known.request == request.content else {
      throw StoreError.alreadyExists(resource: "lease", name: "\(request.id)")
    }
    switch known.state {
    case .waiting: return try stay(request, wants, items, place: known.place)
    case .held:
      collected.append(known.id)
      return .granted(known)
    case .released, .lapsed, .reset: throw StoreError.leaseEnded(known)
    }
  }

  /// What is wanted of limits that are there, and by which item.
  private func wants(
    of request: SlotRequest
  ) throws(StoreError) -> (wants: [SlotWant], items: [LimitID: Int]) {
    var items: [LimitID: Int] = [:]
    for (index, item) in request.items.enumerated() {
      guard let id = ids[request.namespace]?[item.limit] else { continue }
      if items.updateValue(index, forKey: id) != nil {
        throw StoreError.invalid(
          field: "limits[\(index)].ref",
          why: "names the limit \(item.limit) twice: add the slots up")
      }
    }
    let wants = items.map { SlotWant($0.key, slots: request.items[$0.value].slots) }
    return (wants.sorted { $0.limit < $1.limit }, items)
  }

  private mutating func admit(
    _ request: SlotRequest, _ wants: [SlotWant], _ items: [LimitID: Int]
  ) throws(StoreError) -> SlotAnswer {
    do throws(InvalidValue) { try request.id.validate(now: now) } catch {
      throw StoreError.invalid(field: error.field, why: error.problem)
    }
    switch try admission(of: request, wants, items) {
    case .granted(let holds): return .granted(grant(request, holds))
    case .full(let id, let until):
      guard request.waits else { return .full(full(id, until, place: 0)) }
      let place = (wants.map { waiters[$0.limit, default: 0] }.max() ?? 0) + 1
      let answer = SlotAnswer.full(full(id, until, place: place))
      for want in wants {
        waiters[want.limit, default: 0] += 1
        if want.slots <= limits[want.limit]?.slots ?? 0 { lines[want.limit, default: 0] += 1 }
      }
      waiting.append((request, wants))
      return answer
    case .tooMany(let id, let slots): throw tooMany(id, slots, items)
    }
  }

  /// Keeps a place in line: the granter serves those who stand there, in their order.
  private mutating func stay(
    _ request: SlotRequest, _ wants: [SlotWant], _ items: [LimitID: Int], place: Int64
  ) throws(StoreError) -> SlotAnswer {
    switch try admission(of: request, wants, items) {
    case .granted:
      guard let first = wants.first else {
        throw StoreError.notFound(resource: "lease", name: "\(request.id)")
      }
      kept.append(request.id)
      return .full(full(first.limit, nil, place: place))
    case .full(let id, let until):
      kept.append(request.id)
      return .full(full(id, until, place: place))
    case .tooMany(let id, let slots): throw tooMany(id, slots, items)
    }
  }

  private func admission(
    of request: SlotRequest, _ wants: [SlotWant], _ items: [LimitID: Int]
  ) throws(StoreError) -> LimitAdmission {
    if let id = request.holder.sessionID,
      !sessions.contains(HeldSession(id: id, namespace: request.namespace))
    {
      throw StoreError.notFound(resource: "session", name: "\(id)")
    }
    if request.isStrict {
      let found = Set(items.values)
      for (index, item) in request.items.enumerated() where !found.contains(index) {
        throw StoreError.notFound(resource: "limit", name: "\(item.limit)")
      }
    }
    if request.mode == .rate, let want = wants.first(where: { limits[$0.limit]?.decay == nil }) {
      throw StoreError.invalid(
        field: "mode",
        why: "is RATE, but \(name(want.limit)) has no slot_decay_per_second: use CONCURRENCY")
    }
    return LimitAdmission.decide(wants, limits: limits, lines: lines, now: now)
  }

  private mutating func grant(_ request: SlotRequest, _ holds: [SlotHold]) -> SlotLease {
    for hold in holds {
      _ = limits[hold.limit]?.take(hold.slots, at: now)
      if hold.returnTime == nil { holders[hold.limit, default: 0] += 1 }
    }
    granted.append((request, holds))
    return SlotLease(
      id: request.id, namespace: request.namespace, state: .held, mode: request.mode,
      request: request.content, holder: request.holder, actor: request.actor, ttl: request.ttl,
      createTime: now, grantTime: now, expireTime: now + request.ttl, endTime: nil, place: 0,
      holds: holds)
  }

  private func full(_ id: LimitID, _ until: Instant?, place: Int64) -> FullLimit {
    let limit = limits[id]
    return FullLimit(
      limit: names[id] ?? .id(id), slots: limit?.slots ?? 0, taken: limit?.taken(at: now) ?? 0,
      holders: holders[id, default: 0], place: place, delay: until.map { now.distance(to: $0) })
  }

  private func tooMany(_ id: LimitID, _ slots: Int32, _ items: [LimitID: Int]) -> StoreError {
    .invalid(
      field: "limits[\(items[id] ?? 0)].slots",
      why: "is more than the \(slots) slots of \(name(id))")
  }

  private func name(_ id: LimitID) -> String { "\(names[id] ?? .id(id))" }
}
