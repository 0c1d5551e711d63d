// Decides how tests gather what happens in several tasks.

import Synchronization

/// Strings in the order in which they came.
final class Collected: Sendable {
  private let values = Mutex<[String]>([])

  var all: [String] { values.withLock { $0 } }

  func add(_ value: String) { values.withLock { $0.append(value) } }
}
