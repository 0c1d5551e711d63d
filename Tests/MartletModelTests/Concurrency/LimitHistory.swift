// Decides a history of a few limits, step by step at random: who asks, who is served, who gives back, who dies.

import MartletModel

/// Limits, holders and a line in memory, driven by the rules alone.
struct LimitHistory {
  struct Holder {
    var holds: [SlotHold]
    var number: Int64
    var wants: [SlotWant]
  }

  var random: Seeded
  var now = Instant(microseconds: 1_000_000_000)
  var limits: [LimitID: LimitOccupancy] = [:]
  var holders: [LeaseID: Holder] = [:]
  /// What comes back by time: rows, as the store keeps them.
  var returning: [SlotHold] = []
  var line: [LimitLine.Waiter] = []
  /// Rate slots ever granted: limit, when, how many.
  var granted: [(limit: LimitID, time: Instant, slots: Int32)] = []
  /// Who was served, in order.
  var served: [LimitLine.Waiter] = []
  var nextNumber: Int64 = 1

  init(seed: UInt64, limits count: Int) {
    random = Seeded(seed)
    for index in 1...count {
      let id = LimitID(high: 0, low: UInt64(index))
      let decay =
        index % 3 == 0 ? SlotDecay(perSecond: Double.random(in: 0.5...20, using: &random)) : nil
      limits[id] = LimitOccupancy(
        id: id, slots: Int32.random(in: 1...6, using: &random), decay: decay)
    }
  }

  /// The occupancy counted from the holds, as the store counts it.
  func counted(_ id: LimitID) -> LimitOccupancy {
    var limit = limits[id]!
    limit.held = holders.values.flatMap(\.holds).filter { $0.limit == id && $0.returnTime == nil }
      .reduce(0) { $0 + Int64($1.slots) }
    let open = returning.filter { $0.limit == id && $0.returnTime! > now }
    limit.draining = open.reduce(0) { $0 + Int64($1.slots) }
    limit.drainedBy = open.compactMap(\.returnTime).max()
    return limit
  }

  var occupancies: [LimitID: LimitOccupancy] {
    Dictionary(uniqueKeysWithValues: limits.keys.map { ($0, counted($0)) })
  }

  mutating func step() {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<5: ask()
    case 5..<8: giveBack()
    case 8: leaveLine()
    default: now = now + .milliseconds(Int64.random(in: 1...400, using: &random))
    }
    serve()
  }

  private mutating func ask() {
    let wanted = limits.keys.sorted().filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    guard !wanted.isEmpty else { return }
    let wants = wanted.map { id in
      SlotWant(id, slots: Int32.random(in: 1...limits[id]!.slots, using: &random))
    }
    let id = LeaseID(high: 1, low: UInt64(nextNumber))
    let waiter = LimitLine.Waiter(id: id, number: nextNumber, wants: wants)
    nextNumber += 1
    var lines: [LimitID: Int] = [:]
    for want in line.flatMap(\.wants) { lines[want.limit, default: 0] += 1 }
    switch LimitAdmission.decide(wants, limits: occupancies, lines: lines, now: now) {
    case .granted(let holds): hold(holds, waiter)
    case .full: line.append(waiter)
    case .tooMany: preconditionFailure("nobody asks for more than there is")
    }
  }

  private mutating func hold(_ holds: [SlotHold], _ waiter: LimitLine.Waiter) {
    holders[waiter.id] = Holder(
      holds: holds.filter { $0.returnTime == nil }, number: waiter.number, wants: waiter.wants)
    for hold in holds where hold.returnTime != nil {
      returning.append(hold)
      granted.append((hold.limit, now, hold.slots))
    }
    served.append(waiter)
  }

  /// A release, and what a lapse comes to as well.
  mutating func giveBack() {
    guard let id = holders.keys.sorted().randomElement(using: &random) else { return }
    holders[id] = nil
  }

  private mutating func leaveLine() {
    guard !line.isEmpty, Int.random(in: 0..<4, using: &random) == 0 else { return }
    line.remove(at: Int.random(in: line.indices, using: &random))
  }

  @discardableResult
  mutating func serve() -> LimitLine.Round {
    var queue = LimitLine(limits: Array(occupancies.values), waiters: line)
    let round = queue.serve(at: now)
    for grant in round.grants {
      let index = line.firstIndex { $0.id == grant.id }!
      hold(grant.holds, line.remove(at: index))
    }
    return round
  }
}
