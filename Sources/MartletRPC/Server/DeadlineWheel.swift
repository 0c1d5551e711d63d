// Decides how the deadlines of many calls on one loop are kept: a wheel of slots, so that setting and
// clearing one costs a few pointers, and one timer that sleeps until the next slot in use.

import NIOCore

/// Something with a deadline. It sits in at most one slot of one wheel.
class DeadlineEntry {
  fileprivate(set) final var deadline = NIODeadline.distantFuture
  fileprivate final var slot = -1
  fileprivate final var next: DeadlineEntry?
  fileprivate final unowned(unsafe) var previous: DeadlineEntry?

  /// Called once, on the loop, when the deadline has passed.
  func deadlinePassed() {}
}

/// The deadlines of one loop. Touched on that loop only.
final class DeadlineWheel {
  /// The width of a slot; a deadline fires up to that much late, never early.
  static let tick = TimeAmount.milliseconds(1)
  /// One turn takes eight seconds: an entry that is due later costs one look at its slot each turn.
  private static let slotCount = 8192

  private let loop: any EventLoop
  private var slots = [DeadlineEntry?](repeating: nil, count: slotCount)
  private var occupied = [UInt64](repeating: 0, count: slotCount / 64)
  private var timer: Scheduled<Void>?
  private var timerTick = Int64.max
  private var lastTick: Int64
  private var count = 0

  init(_ loop: any EventLoop) {
    self.loop = loop
    lastTick = Self.tickNumber(.now())
  }

  private static func tickNumber(_ time: NIODeadline) -> Int64 {
    Int64(time.uptimeNanoseconds / UInt64(tick.nanoseconds))
  }

  /// Sets the deadline of an entry that has none here.
  func insert(_ entry: DeadlineEntry, _ deadline: NIODeadline) {
    precondition(entry.slot < 0, "an entry has one deadline at a time")
    // Only while it is empty: no slot in use may be passed over.
    if count == 0 { lastTick = Self.tickNumber(.now()) }
    count += 1
    let number = max(Self.tickNumber(deadline) + 1, lastTick + 1)
    let slot = Int(number) & (Self.slotCount - 1)
    entry.deadline = deadline
    entry.slot = slot
    let head = slots[slot]
    head?.previous = entry
    entry.next = head
    slots[slot] = entry
    occupied[slot >> 6] |= 1 << UInt64(slot & 63)
    let visit = nextVisit(of: slot)
    if visit < timerTick { arm(visit) }
  }

  /// Clears the deadline of an entry; does nothing when it has none.
  func remove(_ entry: DeadlineEntry) {
    guard entry.slot >= 0 else { return }
    count -= 1
    let next = entry.next
    next?.previous = entry.previous
    if let previous = entry.previous {
      previous.next = next
    } else {
      slots[entry.slot] = next
      if next == nil { occupied[entry.slot >> 6] &= ~(1 << UInt64(entry.slot & 63)) }
    }
    entry.next = nil
    entry.previous = nil
    entry.slot = -1
  }

  /// The first tick after the last one that visits a slot.
  private func nextVisit(of slot: Int) -> Int64 {
    let ahead = (Int64(slot) - (lastTick + 1)) & Int64(Self.slotCount - 1)
    return lastTick + 1 + ahead
  }

  private func arm(_ number: Int64) {
    timer?.cancel()
    timerTick = number
    let bound = NIOLoopBound(self, eventLoop: loop)
    let time = NIODeadline.uptimeNanoseconds(UInt64(number * Self.tick.nanoseconds))
    timer = loop.scheduleTask(deadline: time) { bound.value.fire() }
  }

  private func fire() {
    timer = nil
    timerTick = .max
    let now = NIODeadline.now()
    let current = Self.tickNumber(now)
    let last = min(current, lastTick + Int64(Self.slotCount))
    var due: [DeadlineEntry] = []
    var from = lastTick + 1
    while let number = nextOccupied(from: from, through: last) {
      from = number + 1
      var entry = slots[Int(number) & (Self.slotCount - 1)]
      while let candidate = entry {
        entry = candidate.next
        if candidate.deadline <= now {
          remove(candidate)
          due.append(candidate)
        }
      }
    }
    lastTick = max(lastTick, current)
    // A late timer finds many; they are told in order.
    if due.count > 1 { due.sort { $0.deadline < $1.deadline } }
    for entry in due { entry.deadlinePassed() }
    rearm()
  }

  private func rearm() {
    let last = min(timerTick - 1, lastTick + Int64(Self.slotCount))
    if let number = nextOccupied(from: lastTick + 1, through: last) { arm(number) }
  }

  /// The first tick of a range that visits a slot in use; 64 slots are looked at at a time.
  private func nextOccupied(from first: Int64, through last: Int64) -> Int64? {
    var number = first
    while number <= last {
      let slot = Int(number) & (Self.slotCount - 1)
      let word = occupied[slot >> 6] >> UInt64(slot & 63)
      guard word == 0 else {
        let found = number + Int64(word.trailingZeroBitCount)
        return found <= last ? found : nil
      }
      number += Int64(64 - (slot & 63))
    }
    return nil
  }
}
