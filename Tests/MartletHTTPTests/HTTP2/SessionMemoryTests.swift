// Decides that the memory nghttp2 gets is its own, zero where it must be, and found again by its pool.

import Glibc
import Testing

@testable import MartletHTTP

@Suite struct SessionMemoryTests {
  @Test func blocksAreApartAndComeAgain() throws {
    let pool = BlockPool(blockSize: 1024, capacity: 3)
    let blocks = try (0..<3).map { _ in try #require(pool.take()) }
    #expect(pool.take() == nil)
    for (index, block) in blocks.enumerated() {
      #expect(block.isFresh && pool.contains(block.start) && pool.contains(block.start + 1023))
      memset(block.start, Int32(index + 1), 1024)
    }
    for (index, block) in blocks.enumerated() {
      let bytes = UnsafeRawBufferPointer(start: block.start, count: 1024)
      #expect(bytes.allSatisfy { $0 == UInt8(index + 1) })
    }
    let last = blocks[2].start
    #expect(!pool.contains(last + 1024))
    pool.giveBack(last)
    let again = try #require(pool.take())
    #expect(again.start == last && !again.isFresh)
  }

  @Test func takersOnManyThreadsNeverShare() async {
    let pool = BlockPool(blockSize: 4096, capacity: 64)
    await withTaskGroup(of: Int.self) { group in
      for taker in 0..<8 {
        group.addTask {
          var spoilt = 0
          for round in 0..<2000 {
            guard let block = pool.take() else { continue }
            let mark = UInt64(taker * 10_000 + round)
            block.start.storeBytes(of: mark, as: UInt64.self)
            block.start.storeBytes(of: mark, toByteOffset: 4088, as: UInt64.self)
            if block.start.load(as: UInt64.self) != mark { spoilt += 1 }
            pool.giveBack(block.start)
          }
          return spoilt
        }
      }
      #expect(await group.reduce(0, +) == 0)
    }
  }

  @Test(arguments: [1, 512, 1024, 4096, 16_384, 16_394, 20_480, 20_481, 100_000])
  func anySizeIsWritableZeroedAndResized(size: Int) throws {
    // The second time blocks have old bytes.
    for _ in 0..<2 {
      let block = try #require(SessionMemory.allocateZeroed(1, size))
      #expect(UnsafeRawBufferPointer(start: block, count: size).allSatisfy { $0 == 0 })
      memset(block, 0xa5, size)
      let larger = try #require(SessionMemory.resize(block, size * 3))
      memset(larger + size, 0x5a, size * 2)
      #expect(UnsafeRawBufferPointer(start: larger, count: size).allSatisfy { $0 == 0xa5 })
      let smaller = try #require(SessionMemory.resize(larger, size))
      #expect(UnsafeRawBufferPointer(start: smaller, count: size).allSatisfy { $0 == 0xa5 })
      SessionMemory.release(smaller)
    }
    SessionMemory.release(nil)
    let first = try #require(SessionMemory.resize(nil, size))
    memset(first, 1, size)
    SessionMemory.release(first)
  }

  @Test func sizesThatOverflowAreRefused() {
    #expect(SessionMemory.allocateZeroed(.max, 2) == nil)
  }
}
