// Decides how lists of unknown length and the set of fields seen are kept: in the arena.

import Glibc

/// An array that grows by doubling.
struct GrowingArray {
  private let arena: Arena
  private let stride: Int
  private var capacity = 4
  private(set) var base: UnsafeMutableRawPointer
  private(set) var count = 0

  init(stride: Int, in arena: Arena) {
    self.arena = arena
    self.stride = stride
    base = arena.allocate(stride * capacity)
  }

  /// Where the next element goes, zeroed; `keep` makes it part of the array.
  mutating func next() -> UnsafeMutableRawPointer {
    if count == capacity {
      let larger = arena.allocate(stride * capacity * 2)
      memcpy(larger, base, stride * capacity)
      capacity *= 2
      base = larger
    }
    let element = base + count * stride
    memset(element, 0, stride)
    return element
  }

  mutating func keep() { count += 1 }
}

/// Which fields of a message were given.
struct SeenFields {
  private let words: UnsafeMutablePointer<UInt64>

  init(count: Int, in arena: Arena) {
    let size = count / 64 + 1
    words = arena.allocate(UInt64.self, count: size)
    words.initialize(repeating: 0, count: size)
  }

  /// False when the field was given before.
  mutating func insert(_ index: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(index & 63)
    guard words[index >> 6] & bit == 0 else { return false }
    words[index >> 6] |= bit
    return true
  }
}

extension MapOrder.KeyKind {
  init(_ kind: FieldKind) {
    self =
      switch kind {
      case .string: .string
      case .int64: .int64
      case .uint32: .uint32
      case .uint64: .uint64
      default: .int32
      }
  }
}
