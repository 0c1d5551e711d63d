// Decides what of a text reaches the server: nothing that it would refuse.

import MartletProto
import Testing

@testable import Martlet

@Suite struct TextTests {
  @Test func whatCannotBeStoredIsRepaired() {
    #expect(TrackedRun.storable("plain") == "plain")
    #expect(TrackedRun.storable("a\0b") == "a\u{FFFD}b")
    let long = String(repeating: "ä", count: 100_000)
    #expect(TrackedRun.storable(long).utf8.count <= 61 << 10)
    #expect(TrackedRun.storable("x" + long).utf8.count <= 61 << 10)
  }

  @Test func anErrorOfAnyLengthCanBeReported() throws {
    let state = State.failed(
      String(repeating: "é", count: 1000), String(repeating: "ü", count: 100_000))
    #expect(state.message.utf8.count <= 16 << 10)
    guard case .failed(let failed) = state.detail else { throw Oops() }
    #expect(failed.errorType.utf8.count <= 500)
    #expect(failed.errorMessage.utf8.count <= 64 << 10)
    #expect(failed.errorMessage.allSatisfy { $0 == "ü" || $0 == "\u{FFFD}" })
  }

  private struct Oops: Error {}
}
