// Decides that messages are found however the body was cut, and that what is no message is refused.

import MartletCall
import NIOCore
import Testing

@testable import MartletRPC

@Suite struct MessageAssemblerTests {
  /// Three messages, one of them empty.
  static let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 11)]
  static var body: [UInt8] {
    messages.flatMap { [0, 0, 0, 0, UInt8($0.count)] + $0 }
  }

  @Test func everyPairOfCutsGivesTheSameMessages() throws {
    let body = Self.body
    for first in 0...body.count {
      for second in first...body.count {
        var assembler = MessageAssembler(limit: 100)
        var found: [[UInt8]] = []
        for piece in [body[..<first], body[first..<second], body[second...]] {
          var buffer = ByteBuffer(bytes: piece)
          assembler.append(&buffer)
          while true {
            let whole = assembler.hasMessage
            guard let message = try assembler.next() else {
              #expect(!whole)
              break
            }
            #expect(whole)
            found.append(Array(buffer: message.bytes))
          }
        }
        #expect(found == Self.messages, "cut at \(first) and \(second)")
        #expect(assembler.pending == 0)
      }
    }
  }

  @Test func oneByteAtATime() throws {
    var assembler = MessageAssembler(limit: 100)
    var found: [[UInt8]] = []
    for byte in Self.body {
      var buffer = ByteBuffer(bytes: [byte])
      assembler.append(&buffer)
      while let message = try assembler.next() { found.append(Array(buffer: message.bytes)) }
    }
    #expect(found == Self.messages)
  }

  @Test func largeMessagesInPieces() throws {
    let lengths = [9_000, 70_000, 3, 300_000, 8_192, 8_193, 1_000_000, 0, 40_000]
    let messages: [[UInt8]] = lengths.map { length in
      (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length &+ $0 >> 8) }
    }
    var all = ByteBuffer()
    for message in messages {
      all.writeInteger(UInt8(0))
      all.writeInteger(UInt32(message.count))
      all.writeBytes(message)
    }
    var assembler = MessageAssembler(limit: 1 << 20)
    var found: [[UInt8]] = []
    var at = 0
    // The pieces share their storage, as those of a connection do.
    while at < all.writerIndex {
      let count = min(at * 7919 % 33_000 + 1, all.writerIndex - at)
      guard var piece = all.getSlice(at: at, length: count) else { break }
      assembler.append(&piece)
      at += count
      while let message = try assembler.next() { found.append(Array(buffer: message.bytes)) }
    }
    #expect(found == messages)
    #expect(assembler.pending == 0)
  }

  @Test(arguments: [
    ([0, 0, 0, 0, 101] as [UInt8], StatusCode.resourceExhausted),
    ([0, 0xFF, 0xFF, 0xFF, 0xFF], .resourceExhausted),
    ([1, 0, 0, 0, 1, 0], .internal),
    ([2, 0, 0, 0, 0], .internal),
  ])
  func refusals(_ bytes: [UInt8], _ code: StatusCode) throws {
    var assembler = MessageAssembler(limit: 100)
    var buffer = ByteBuffer(bytes: bytes)
    assembler.append(&buffer)
    #expect {
      _ = try assembler.next()
    } throws: {
      ($0 as? Status)?.code == code
    }
  }
}
