// Decides where a connection keeps its streams: those that live in one array, those that are over in a
// small pool, which only takes what nobody else refers to.

/// The streams of one connection.
struct StreamTable {
  private static let poolLimit = 128
  private(set) var live: [HTTP2Stream] = []
  private var pool: [HTTP2Stream] = []

  var count: Int { live.count }
  var isEmpty: Bool { live.isEmpty }

  /// A stream ready for use, in the table.
  mutating func open(for connection: HTTP2Connection) -> HTTP2Stream {
    let stream = pool.popLast() ?? HTTP2Stream(connection: connection)
    stream.slot = live.count
    live.append(stream)
    return stream
  }

  /// Takes a stream out of the table.
  mutating func remove(at slot: Int) -> HTTP2Stream {
    let last = live.count - 1
    if slot != last {
      live.swapAt(slot, last)
      live[slot].slot = slot
    }
    return live.removeLast()
  }

  /// Keeps a stream for another exchange, unless someone still refers to it and might send on it.
  mutating func reuse(_ stream: consuming HTTP2Stream) {
    guard pool.count < Self.poolLimit, isKnownUniquelyReferenced(&stream) else { return }
    stream.recycle()
    pool.append(stream)
  }

  /// Forgets the pool; its streams refer to the connection.
  mutating func dropPool() { pool = [] }
}
