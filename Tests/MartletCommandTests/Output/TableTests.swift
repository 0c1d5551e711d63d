// Decides that a table has one line a row, whatever is written into it.

import Testing

@testable import martlet

@Suite struct TableTests {
  @Test func noNameBreaksARowOrDrivesTheTerminal() {
    var table = Table("name", "state")
    table.append(.init("a\nb\u{1B}[2J\u{9B}31m"), "\tx")
    table.append("plain 🐦 é", "y")
    let terminal = Terminal(isInteractive: false, hasColour: false, width: nil)
    let lines = table.render(for: terminal).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)
    #expect(lines[1] == #"a\nb\u{1B}[2J\u{009B}31m  \tx"#)
    #expect(lines[2].hasPrefix("plain 🐦 é") && lines[2].hasSuffix("y"))
  }
}
