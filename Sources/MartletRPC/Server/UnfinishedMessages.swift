// Decides how much of messages that are not whole one connection may have in memory: a peer that begins many and ends
// none is told so, and its other calls go on.

package import MartletHTTP
import NIOCore

/// The bytes of unfinished messages, by connection, of one loop. Touched on that loop only.
package final class UnfinishedMessages {
  /// What a call may hold without being counted: most messages come whole, and cost nothing here.
  package static let uncounted = 16 << 10

  private var connections: [ObjectIdentifier: Int] = [:]

  /// Counts the bytes of a call anew.
  ///
  /// - Parameters:
  ///   - before: what was counted for this call until now.
  ///   - bound: how many bytes its connection may hold in all.
  /// - Returns: false, and nothing changes, when it would hold more.
  func hold(_ bytes: Int, before: Int, of peer: HTTPPeer, bound: Int) -> Bool {
    let id = ObjectIdentifier(peer)
    let total = connections[id, default: 0] - before + bytes
    guard bytes <= before || total <= bound else { return false }
    connections[id] = total > 0 ? total : nil
    return true
  }

  /// The same for a request that is no call. On the stream's loop.
  package static func hold(
    _ bytes: Int, before: Int, on stream: any HTTPServerStream, bound: Int
  ) -> Bool {
    LoopLocal.of(stream.eventLoop).unfinished.hold(
      bytes, before: before, of: stream.peer, bound: bound)
  }
}
