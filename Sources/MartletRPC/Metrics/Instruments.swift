// Decides how numbers are recorded: atomics without locks, added to with relaxed order, read one by one when
// someone asks. A reading is a moment's, not a snapshot of all at once.

import Synchronization

/// A number that only grows.
final class CounterCell: Sendable {
  private let value = Atomic<Int>(0)
  func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { value.store(0, ordering: .relaxed) }
  var current: Int { value.load(ordering: .relaxed) }
}

/// A number that is set, or raised and lowered.
final class GaugeCell: Sendable {
  private let bits = Atomic<UInt64>(0)

  func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if done { return }
      old = seen
    }
  }

  var current: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How many observations fell below each bound, and their sum.
///
/// `@unchecked Sendable`: the cells are a fixed array of atomics, made before and freed after every use.
final class HistogramCell: @unchecked Sendable {
  /// Upper bounds of the buckets, rising; one more bucket holds what is above.
  let bounds: [Int64]
  private let cells: UnsafeMutablePointer<Atomic<Int64>>

  init(bounds: [Int64]) {
    self.bounds = bounds
    cells = .allocate(capacity: bounds.count + 2)
    for index in 0..<(bounds.count + 2) { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit {
    cells.deinitialize(count: bounds.count + 2)
    cells.deallocate()
  }

  /// Records one observation.
  func record(_ value: Int64) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    cells[index].wrappingAdd(1, ordering: .relaxed)
    cells[bounds.count + 1].wrappingAdd(value, ordering: .relaxed)
  }

  /// How many fell into each bucket, the last being those above all bounds.
  var counts: [Int64] { (0...bounds.count).map { cells[$0].load(ordering: .relaxed) } }
  /// The sum of all observations.
  var sum: Int64 { cells[bounds.count + 1].load(ordering: .relaxed) }

  /// From 100 µs to 60 s, in nanoseconds.
  static let latencies: [Int64] = [
    100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
    100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
    10_000_000_000, 30_000_000_000, 60_000_000_000,
  ]
  /// Powers of two up to 65,536, for sizes and counts.
  static let powers: [Int64] = (0...16).map { 1 << $0 }
}
