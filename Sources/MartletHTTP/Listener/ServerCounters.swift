// Decides how a listener counts: atomics that all its loops add to, and the part of one connection.

import Synchronization

/// The counters of a listener, shared by its loops.
final class ServerCounters: Sendable {
  let openConnections = Atomic<Int>(0)
  let acceptedConnections = Atomic<Int>(0)
  let refusedConnections = Atomic<Int>(0)
  let abortedConnections = Atomic<Int>(0)
  let openStreams = Atomic<Int>(0)
  let requests = Atomic<Int>(0)

  /// The counters at this moment; each is right, together they may be a batch apart.
  var statistics: HTTPStatistics {
    HTTPStatistics(
      openConnections: openConnections.load(ordering: .relaxed),
      acceptedConnections: acceptedConnections.load(ordering: .relaxed),
      refusedConnections: refusedConnections.load(ordering: .relaxed),
      openStreams: openStreams.load(ordering: .relaxed),
      requests: requests.load(ordering: .relaxed),
      abortedConnections: abortedConnections.load(ordering: .relaxed))
  }
}

/// What one connection has yet to add to its listener's counters.
struct ConnectionCounts {
  /// Requests since the last time.
  var requests = 0
  private var openStreams = 0
  private var hasAborted = false

  /// Adds what is new.
  mutating func publish(to counters: ServerCounters, openStreams open: Int) {
    if requests > 0 {
      counters.requests.add(requests, ordering: .relaxed)
      requests = 0
    }
    if open != openStreams {
      counters.openStreams.add(open - openStreams, ordering: .relaxed)
      openStreams = open
    }
  }

  /// Counts the connection as ended by its peer's fault, once.
  mutating func noteAbort(_ counters: ServerCounters) {
    guard !hasAborted else { return }
    hasAborted = true
    counters.abortedConnections.add(1, ordering: .relaxed)
  }
}
