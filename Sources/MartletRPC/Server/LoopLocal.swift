// Decides what calls on one event loop share: the wheel of their deadlines, what their connections may hold, and a
// source of random numbers.

import NIOCore
import NIOPosix

/// The state that calls on one loop share. Touched on that loop only.
final class LoopLocal {
  let wheel: DeadlineWheel
  let unfolding = Unfolding()
  let unfinished = UnfinishedMessages()
  var random = FastRandom()
  /// How many handlers still run whose caller has gone, by peer; peers without any have no entry.
  private(set) var abandoned: [String: Int] = [:]
  private let loop: any EventLoop

  // Each thread sees its own value only, so nothing is shared.
  nonisolated(unsafe) private static let current = ThreadSpecificVariable<LoopLocal>()

  private init(_ loop: any EventLoop) {
    self.loop = loop
    wheel = DeadlineWheel(loop)
  }

  /// Counts a handler whose caller has gone.
  func abandon(_ peer: String) { abandoned[peer, default: 0] += 1 }

  /// Counts the end of such a handler.
  func reclaim(_ peer: String) {
    guard let count = abandoned[peer] else { return }
    abandoned[peer] = count > 1 ? count - 1 : nil
  }

  /// The state of the loop that runs on this thread.
  static func of(_ loop: any EventLoop) -> LoopLocal {
    if let local = current.currentValue, local.loop === loop { return local }
    loop.preconditionInEventLoop()
    let local = LoopLocal(loop)
    current.currentValue = local
    return local
  }
}

/// SplitMix64, seeded from the system: for trace ids and jitter, where nothing rests on secrecy.
struct FastRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Seeds from the system's generator.
  init() {
    var system = SystemRandomNumberGenerator()
    state = system.next()
  }

  /// Seeds with a number, for tests that repeat.
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
