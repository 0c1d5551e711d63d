// Decides how a test hands a connection from one thread to another: by hand, one at a time.

import Glibc
import MartletPostgres
import Synchronization

/// Carries a value that is not Sendable to the one thread that uses it next.
///
/// Unchecked: each test makes sure by its order of awaits that no two threads use the value at once.
struct Confined<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}

/// A place where threads wait until all have come.
final class Meeting: Sendable {
  private let missing: Locked<Int>

  init(_ count: Int) {
    missing = Locked(count)
  }

  func arriveAndWait() {
    missing.withLock { $0 -= 1 }
    while missing.withLock({ $0 > 0 }) { sched_yield() }
  }
}

/// Something that happened, or did not.
final class Flag: Sendable {
  private let value = Atomic<Bool>(false)

  var isRaised: Bool { value.load(ordering: .acquiring) }

  func raise() { value.store(true, ordering: .releasing) }
}
