// Decides what must hold of slots, counted from outside: never more than the limit has, first come first served, all back.

import MartletModel

/// Checks on a simulated world of limits; the first that fails ends it.
struct LimitChecker {
  private(set) var violation: String?
  private(set) var granted = 0
  private(set) var served = 0
  var lapsed = 0
  private var rates: [LimitID: [(time: Instant, slots: Int32)]] = [:]

  private mutating func fail(_ promise: Promise, _ problem: String) {
    if violation == nil { violation = "\(promise.rawValue): \(problem)" }
  }

  /// Slots are about to be granted, to one with a place in line or to a newcomer.
  mutating func grant(
    _ id: LeaseID, _ wants: [SlotWant], number: Int64?, _ tables: LimitTables, now: Instant
  ) {
    if number == nil { granted += 1 } else { served += 1 }
    for want in wants {
      for other in tables.line(want.limit)
      where other.number < number ?? .max && other.id != id && tables.canBeServed(other) {
        fail(.firstComeFirstServed, "\(id) is served before \(other.id), at \(want.limit)")
      }
      guard let limit = tables.limits[want.limit], let decay = limit.decay else { continue }
      // A bucket of n slots that refills at r a second gives at most n + r × t in any span t.
      rates[want.limit, default: []].append((now, want.slots))
      var sum: Int64 = 0
      for grant in rates[want.limit, default: []].reversed() {
        sum += Int64(grant.slots)
        let span = grant.time.distance(to: now).microseconds
        if sum > Int64(limit.slots) + span / decay.interval.microseconds + 1 {
          fail(.slotsWithinLimit, "\(want.limit) gave \(sum) slots in \(span) µs")
        }
      }
    }
  }

  /// Slots were granted.
  mutating func checkSlots(_ tables: LimitTables, _ wants: [SlotWant]) {
    for want in wants {
      let held = tables.held(want.limit)
      if let limit = tables.limits[want.limit], held > Int64(limit.slots) {
        fail(.slotsWithinLimit, "\(held) of \(limit.slots) slots of \(want.limit) are held")
      }
    }
  }

  /// After the calm all slots are back and nobody waits.
  mutating func checkRest(_ tables: LimitTables) {
    for lease in tables.leases.values.sorted(by: { $0.id < $1.id }) {
      switch lease.state {
      case .held: fail(.slotsComeBack, "\(lease.id) is held at the end of all")
      case .waiting: fail(.slotsComeBack, "\(lease.id) waits at the end of all")
      case .released, .lapsed: break
      }
    }
  }
}
