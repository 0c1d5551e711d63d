// Decides what the simulated database keeps of limits, with row locks; the statements of the store in memory.

import MartletModel

/// Limits, leases, marks and the lease of the granter.
struct LimitTables {
  enum LeaseState { case waiting, held, released, lapsed }

  struct Lease {
    let id: LeaseID
    let number: Int64
    let wants: [SlotWant]
    let ttl: Interval
    var state: LeaseState
    var expiry: Instant
    var holds: [SlotHold] = []
    var due: Instant?
  }

  /// What each limit is set to; how full it is, is counted.
  var limits: [LimitID: LimitOccupancy] = [:]
  private(set) var leases: [LeaseID: Lease] = [:]
  private(set) var marks: [Int: LimitID] = [:]
  private var markCount = 0
  private(set) var granter: (server: Int, term: Int64, until: Instant)?
  /// Slots on their way back by time.
  private var returning: [SlotHold] = []
  private var lastNumber: Int64 = 0
  private var locks: [LimitID: Int] = [:]

  /// Leaves marks at limits whose lines are to be looked at.
  mutating func mark(_ ids: some Sequence<LimitID>) {
    for id in ids {
      markCount += 1
      marks[markCount] = id
    }
  }

  /// Locks limits, all or none.
  mutating func lock(_ ids: [LimitID], by server: Int) -> Bool {
    if ids.contains(where: { locks[$0] != nil && locks[$0] != server }) { return false }
    for id in ids { locks[id] = server }
    return true
  }

  mutating func unlock(_ server: Int) { locks = locks.filter { $0.value != server } }

  /// How full limits are, counted from the holds.
  func occupancies(_ ids: some Sequence<LimitID>, now: Instant) -> [LimitID: LimitOccupancy] {
    var counted: [LimitID: LimitOccupancy] = [:]
    for id in ids {
      guard var limit = limits[id] else { continue }
      limit.held = held(id)
      let open = returning.filter { $0.limit == id && ($0.returnTime ?? now) > now }
      limit.draining = open.reduce(0) { $0 + Int64($1.slots) }
      limit.drainedBy = open.compactMap(\.returnTime).max()
      counted[id] = limit
    }
    return counted
  }

  /// Slots of a limit that come back by release.
  func held(_ id: LimitID) -> Int64 {
    leases.values.lazy.filter { $0.state == .held }.flatMap(\.holds)
      .filter { $0.limit == id && $0.returnTime == nil }.reduce(0) { $0 + Int64($1.slots) }
  }

  /// The line of a limit, in order.
  func line(_ id: LimitID) -> [Lease] {
    leases.values.filter { lease in
      lease.state == .waiting && lease.wants.contains { $0.limit == id }
    }.sorted { $0.number < $1.number }
  }

  /// Whether somebody in a line can ever be served.
  func canBeServed(_ lease: Lease) -> Bool {
    lease.wants.allSatisfy { want in limits[want.limit].map { want.slots <= $0.slots } ?? false }
  }

  /// Writes a lease that is granted at once, or stands in line.
  mutating func insert(
    _ id: LeaseID, _ wants: [SlotWant], holds: [SlotHold]?, ttl: Interval, now: Instant
  ) {
    lastNumber += 1
    leases[id] = Lease(
      id: id, number: lastNumber, wants: wants, ttl: ttl, state: holds == nil ? .waiting : .held,
      expiry: now + (holds == nil ? LimitWorld.patience : ttl))
    if let holds { take(holds, for: id) } else { mark(wants.map(\.limit)) }
  }

  /// Keeps a place in line, or a lease, for another term.
  mutating func keep(_ id: LeaseID, now: Instant) {
    guard let lease = leases[id] else { return }
    leases[id]?.expiry = now + (lease.state == .waiting ? LimitWorld.patience : lease.ttl)
  }

  /// Serves somebody in line, who has to collect it in time.
  mutating func grant(_ id: LeaseID, _ holds: [SlotHold], now: Instant) {
    guard leases[id]?.state == .waiting else { return }
    leases[id]?.state = .held
    leases[id]?.expiry = now + LimitWorld.patience
    take(holds, for: id)
  }

  mutating func setDue(_ id: LeaseID, _ time: Instant?) { leases[id]?.due = time }

  /// Ends a lease, or a place in line.
  mutating func end(_ id: LeaseID, as state: LeaseState, marks: Bool = true) {
    guard let lease = leases[id], lease.state == .waiting || lease.state == .held else { return }
    leases[id]?.state = state
    leases[id]?.holds = []
    if marks { mark(lease.wants.map(\.limit)) }
  }

  /// The limits whose lines are to be looked at, now or because time has passed.
  func marked(now: Instant) -> Set<LimitID> {
    let due = leases.values.filter { $0.state == .waiting && ($0.due ?? .distant) <= now }
    return Set(marks.values).union(due.flatMap { $0.wants.map(\.limit) })
  }

  /// Some limits, and those that are wanted together with them.
  func near(_ ids: Set<LimitID>) -> [LimitID] {
    var near = ids
    while true {
      let more = leases.values.filter { lease in
        lease.state == .waiting && lease.wants.contains { near.contains($0.limit) }
      }.reduce(into: near) { $0.formUnion($1.wants.map(\.limit)) }
      if more == near { return near.sorted() }
      near = more
    }
  }

  /// Removes marks that were heeded; those that came meanwhile stay.
  mutating func unmark(_ heeded: some Sequence<Int>) { for mark in heeded { marks[mark] = nil } }

  /// Takes or keeps the lease of the granter.
  /// - Returns: The term; nil when another has it.
  mutating func takeGranter(_ server: Int, now: Instant) -> Int64? {
    if let granter, granter.server != server, granter.until > now { return nil }
    let isNew = granter?.server != server
    let term = (granter?.term ?? 0) + (isNew ? 1 : 0)
    granter = (server, term, now + LimitWorld.granterLease)
    return term
  }

  private mutating func take(_ holds: [SlotHold], for id: LeaseID) {
    leases[id]?.holds = holds
    returning += holds.filter { $0.returnTime != nil }
  }
}

extension Instant {
  fileprivate static let distant = Instant(microseconds: .max)
}
