// Decides how tasks of a test count together.

import Synchronization

/// A count that many tasks raise.
final class Tally: Sendable {
  private let count = Atomic<Int>(0)

  /// Raises the count by one and returns it.
  func raise() -> Int { count.add(1, ordering: .relaxed).newValue }
}
