// Decides what must hold of lines: whole however the bytes come, without their ends, cut when they are too long.

import Testing

@testable import MartletWorker

@Suite struct LineSplitterTests {
  private func lines(_ portions: [[UInt8]], longest: Int = 4) -> [String] {
    var splitter = LineSplitter("stdout", longest: longest)
    var lines = portions.flatMap { splitter.split($0[...]) }
    if let rest = splitter.rest() { lines.append(rest) }
    return lines.map(\.text)
  }

  @Test(arguments: [
    ("", []), ("\n", [""]), ("ab\ncd", ["ab", "cd"]), ("ab\r\n\r\ncd\r", ["ab", "", "cd"]),
    ("abcd\r\nabcde\nabcdefgh", ["abcd", "abcd", "abcd"]), ("a\rb\n", ["a\rb"]),
    ("abcde\r\n", ["abcd"]),
  ])
  func areTheSameHoweverTheyCome(_ text: String, _ expected: [String]) {
    let bytes = Array(text.utf8)
    #expect(lines([bytes]) == expected)
    #expect(lines(bytes.map { [$0] }) == expected)
  }

  @Test func bytesThatAreNoTextAreRepaired() {
    #expect(lines([[0x61, 0xFF, 0x0A], [0xC3], [0xA9, 0x0A]]) == ["a\u{FFFD}", "é"])
  }
}
