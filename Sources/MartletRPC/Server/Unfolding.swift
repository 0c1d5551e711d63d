// Decides how many compressed requests of one connection are unfolded at once. They cost their sender next to nothing
// and us up to the limit of a message each, so a connection gets a few, and the rest of its own wait.

import MartletHTTP

/// The unfolded requests of the connections of one loop. Touched on that loop only.
final class Unfolding {
  /// Large requests that one connection may have unfolded at a time.
  static let perConnection = 4

  private struct Slots {
    var used = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private var connections: [ObjectIdentifier: Slots] = [:]

  /// Waits until the connection may unfold another.
  func enter(_ peer: HTTPPeer) async {
    let id = ObjectIdentifier(peer)
    guard connections[id, default: Slots()].used >= Self.perConnection else {
      connections[id, default: Slots()].used += 1
      return
    }
    // Whoever leaves hands its place over, so the count stays.
    await withCheckedContinuation { connections[id, default: Slots()].waiting.append($0) }
  }

  /// Gives a place back.
  func leave(_ peer: HTTPPeer) {
    let id = ObjectIdentifier(peer)
    guard var slots = connections[id] else { return }
    var next: CheckedContinuation<Void, Never>?
    if slots.waiting.isEmpty { slots.used -= 1 } else { next = slots.waiting.removeFirst() }
    connections[id] = slots.used > 0 ? slots : nil
    next?.resume()
  }
}
