// Decides which flows need no registering any more, so that the hot path does nothing.

import MartletModel
import MartletPostgres

/// Flows this process has seen registered lately.
final class FlowRegistry: Sendable {
  struct Key: Hashable, Comparable {
    var namespace: Namespace
    var name: String

    static func < (left: Key, right: Key) -> Bool {
      (left.namespace.name, left.name) < (right.namespace.name, right.name)
    }
  }

  /// After this a flow is registered again, in case someone deleted it.
  private static let memory = Interval.seconds(300)
  private static let limit = 10_000
  private let known = Locked<[Key: Instant]>([:])

  /// The keys that must be registered, sorted.
  func unknown(_ keys: Set<Key>, now: Instant) -> [Key] {
    guard !keys.isEmpty else { return [] }
    return known.withLock { known in
      keys.filter { key in known[key].map { $0 + Self.memory < now } ?? true }
    }.sorted()
  }

  /// Remembers keys whose registration was committed.
  func remember(_ keys: [Key], now: Instant) {
    guard !keys.isEmpty else { return }
    known.withLock { known in
      if known.count + keys.count > Self.limit { known.removeAll() }
      for key in keys { known[key] = now }
    }
  }
}
