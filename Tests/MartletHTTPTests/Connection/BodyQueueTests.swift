// Checks the queue of a body against a plain array, with random pieces and random reads.

import NIOCore
import Testing

@testable import MartletHTTP

@Suite struct BodyQueueTests {
  @Test(arguments: 0..<8) func keepsBytesInOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = BodyQueue()
    var model: [UInt8] = []
    var next: UInt8 = 0
    for _ in 0..<150 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let size = [0, 1, 9, 4096, 4097, 20_000].randomElement(using: &random) ?? 0
        let piece = (0..<size).map { _ in
          next &+= 1
          return next
        }
        queue.append(ByteBuffer(bytes: piece))
        model += piece
      case 5..<7:
        let limit = Int.random(in: 1...30_000, using: &random)
        let piece = queue.popFirst(limit: limit).map { Array($0.readableBytesView) } ?? []
        #expect(piece.count <= limit && (piece.isEmpty == model.isEmpty), "seed \(seed)")
        #expect(piece.elementsEqual(model.prefix(piece.count)), "seed \(seed)")
        model.removeFirst(piece.count)
      case 7..<9:
        let limit = Int.random(in: 1...30_000, using: &random)
        let read = withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { target in
          let count = target.baseAddress.map { queue.read(into: $0, limit: limit) } ?? 0
          return Array(target.prefix(count))
        }
        #expect(read.count == min(limit, model.count), "seed \(seed)")
        #expect(read.elementsEqual(model.prefix(read.count)), "seed \(seed)")
        model.removeFirst(read.count)
      default:
        if Int.random(in: 0..<20, using: &random) == 0 {
          queue.clear()
          model = []
        }
      }
      #expect(queue.count == model.count, "seed \(seed)")
    }
  }

  @Test func doesNotChangeBuffersItWasGiven() {
    var queue = BodyQueue()
    let small = ByteBuffer(string: "abc")
    let large = ByteBuffer(repeating: 1, count: 10_000)
    queue.append(large)
    queue.append(small)
    queue.append(small)
    while queue.popFirst(limit: 100) != nil {}
    #expect(String(buffer: small) == "abc")
    #expect(large.readableBytes == 10_000)
  }
}
