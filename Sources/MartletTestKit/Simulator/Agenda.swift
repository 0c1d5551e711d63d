// Decides the order of things in virtual time: by time, then in the order they were put down.

import MartletModel

/// What happens when, in a simulation; nothing waits for a real clock.
final class Agenda {
  private struct Item {
    let time: Instant
    let order: Int
    let action: () -> Void

    func isBefore(_ other: Item) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  /// The virtual time.
  private(set) var now: Instant
  private var heap: [Item] = []
  private var order = 0

  init(now: Instant) { self.now = now }

  /// Puts an action down for later.
  func after(_ delay: Interval, _ action: @escaping () -> Void) {
    order += 1
    heap.append(Item(time: now + delay, order: order, action: action))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Does everything up to a time, which it then is; stops early when told to.
  func run(until end: Instant, unless isStopped: () -> Bool) {
    while let first = heap.first, first.time <= end, !isStopped() {
      removeFirst()
      now = first.time
      first.action()
    }
    now = max(now, end)
  }

  private func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
