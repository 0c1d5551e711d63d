// Decides how one bit that is only a hint is shared between threads.

import Synchronization

/// A bit that may be read and set from any thread.
final class Flag: Sendable {
  private let bit = Atomic<Bool>(false)

  /// The bit, without ordering: it is only a hint.
  var isSet: Bool {
    get { bit.load(ordering: .relaxed) }
    set { if bit.load(ordering: .relaxed) != newValue { bit.store(newValue, ordering: .relaxed) } }
  }
}
