// Tests the arena: alignment, growth, giving back.

import Testing

@testable import MartletWire

@Suite struct ArenaTests {
  @Test func memoryIsAlignedAndDistinct() {
    let arena = Arena.current
    let mark = arena.mark()
    defer { arena.release(to: mark) }
    var end = UInt(0)
    var pointers: [(UnsafeMutablePointer<UInt8>, Int)] = []
    for size in [0, 1, 15, 16, 17, 1000, 70_000, 1, 300_000, 3] {
      let pointer = arena.allocate(UInt8.self, count: size)
      #expect(UInt(bitPattern: pointer) % 16 == 0)
      pointer.initialize(repeating: UInt8(truncatingIfNeeded: size), count: size)
      pointers.append((pointer, size))
      end = max(end, UInt(bitPattern: pointer))
    }
    for (pointer, size) in pointers {
      #expect((0..<size).allSatisfy { pointer[$0] == UInt8(truncatingIfNeeded: size) })
    }
  }

  @Test func releasedMemoryIsUsedAgain() {
    let arena = Arena.current
    let outer = arena.mark()
    defer { arena.release(to: outer) }
    let first = arena.allocate(100)
    let mark = arena.mark()
    let second = arena.allocate(100)
    _ = arena.allocate(1 << 20)
    arena.release(to: mark)
    #expect(arena.allocate(100) == second)
    #expect(first != second)
  }

  @Test func mapKeysAreOrderedByBytes() {
    #expect(
      JSONObject(uniqueKeysWithValues: ["b", "a", "", "ab", "ä", "Z"].map { ($0, .null) })
        .keysAsWritten == ["", "Z", "a", "ab", "b", "ä"])
    let many = (0..<100).map { "k\($0)" }
    #expect(
      JSONObject(uniqueKeysWithValues: many.map { ($0, .null) }).keysAsWritten
        == many.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
  }
}

extension JSONObject {
  /// The keys in the order of the JSON text; for keys without quotes, commas and colons.
  fileprivate var keysAsWritten: [String] {
    guard let text = try? jsonText() else { return [] }
    return text.dropFirst().dropLast().split(separator: ",").map {
      String($0.split(separator: ":")[0].dropFirst().dropLast())
    }
  }
}
