// Decides how blocks of one size lie side by side in an address range of their own, and that a block nobody has
// written to takes no memory.

import Glibc
import NIOConcurrencyHelpers

/// Blocks of one size, taken and given back in constant time from any thread.
///
/// Given back, a block is the next to be taken: the pool holds as much memory as its busiest moment needed.
final class BlockPool: Sendable {
  struct Block {
    let start: UnsafeMutableRawPointer
    /// True if nobody has had it before: then its bytes are zero.
    let isFresh: Bool
  }

  private struct State {
    /// How many were ever taken; those behind are fresh.
    var taken = 0
    var free: [UInt32] = []
  }

  /// Bytes of each block.
  let blockSize: Int
  private let capacity: Int
  /// First byte of the range, 0 if the system grants none.
  private let base: UInt
  private let state = NIOLockedValueBox(State())

  /// Reserves addresses, not memory, for `capacity` blocks.
  init(blockSize: Int, capacity: Int = 1 << 17) {
    self.blockSize = blockSize
    self.capacity = capacity
    let range = mmap(
      nil, blockSize * capacity, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let range, range != MAP_FAILED else {
      base = 0
      return
    }
    // A huge page would make the first block as dear as two megabytes.
    madvise(range, blockSize * capacity, MADV_NOHUGEPAGE)
    base = UInt(bitPattern: range)
  }

  deinit {
    if base != 0 { munmap(UnsafeMutableRawPointer(bitPattern: base), blockSize * capacity) }
  }

  /// A block, or nil when all are taken.
  func take() -> Block? {
    guard base != 0 else { return nil }
    return state.withLockedValue { state in
      if let used = state.free.popLast() { return block(Int(used), isFresh: false) }
      guard state.taken < capacity else { return nil }
      defer { state.taken += 1 }
      return block(state.taken, isFresh: true)
    }
  }

  private func block(_ index: Int, isFresh: Bool) -> Block? {
    UnsafeMutableRawPointer(bitPattern: base + UInt(index * blockSize))
      .map { Block(start: $0, isFresh: isFresh) }
  }

  /// True if the block is one of this pool's.
  func contains(_ block: UnsafeMutableRawPointer) -> Bool {
    base != 0 && UInt(bitPattern: block) &- base < UInt(blockSize * capacity)
  }

  /// Takes back a block of this pool.
  func giveBack(_ block: UnsafeMutableRawPointer) {
    let index = (UInt(bitPattern: block) &- base) / UInt(blockSize)
    state.withLockedValue { $0.free.append(UInt32(index)) }
  }
}
