// Checks what a frame on a stream that does not live is taken for.

import Testing

@testable import MartletHTTP

@Suite struct StreamHistoryTests {
  @Test func streamsEndAndAreNotOpenedAgain() {
    var history = StreamHistory()
    history.opened(1)
    history.opened(7)
    #expect(history.judge(1, opens: true) == .reopened)
    #expect(history.judge(7, opens: false) == .closed)
    // 3 and 5 were passed over.
    #expect(history.judge(3, opens: true) == .neverOpened)
    #expect(history.judge(5, opens: true) == .neverOpened)
    var late = StreamHistory()
    late.opened(5)
    #expect(late.judge(3, opens: true) == .neverOpened)
    #expect(history.judge(9, opens: false) == .fine)
    #expect(history.judge(2, opens: true) == .fine)
  }

  @Test func headsAreFoundHoweverTheBytesAreCut() {
    let bytes =
      RawFrames.preface + RawFrames.settings + RawFrames.request(1)
      + RawFrames.frame(0x77, stream: 0x7fff_ffff, [UInt8](repeating: 0, count: 300))
      + RawFrames.data(1, [])
    let expected = RawFrames.parse(Array(bytes.dropFirst(24))).map {
      FrameScanner.Head(length: $0.payload.count, type: $0.type, stream: Int32($0.stream))
    }
    #expect(expected.count == 4)
    for size in 1...bytes.count {
      var scanner = FrameScanner(after: 24)
      var found: [FrameScanner.Head] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes {
          scanner.scan($0) { found.append($0) }
        }
      }
      #expect(found == expected, "pieces of \(size)")
    }
  }

  @Test func whatWeResetMayStillBeSentOn() {
    var history = StreamHistory()
    history.opened(1)
    history.wasReset(1)
    #expect(history.judge(1, opens: false) == .fine)
    for id in stride(from: Int32(3), to: 1_000, by: 2) {
      history.opened(id)
      history.wasReset(id)
    }
    #expect(history.judge(999, opens: false) == .fine)
    #expect(history.judge(1, opens: false) == .closed)
  }
}
