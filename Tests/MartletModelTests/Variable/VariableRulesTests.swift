// Decides what a variable may be called.

import MartletModel
import Testing

@Suite struct VariableRulesTests {
  @Test func namesHaveTheirLetters() throws {
    for name in ["a", "0", "_", "-", "my_var-2", String(repeating: "n", count: 255)] {
      try VariableRules.check(name: name, "name")
    }
    for name in ["", "A", "a b", "a.b", "a/b", "ü", "a\0", String(repeating: "n", count: 256)] {
      #expect(throws: InvalidValue.self) { try VariableRules.check(name: name, "name") }
    }
  }

  @Test func tagsAreBounded() throws {
    try VariableRules.check(tags: ["a", String(repeating: "t", count: 512)], "tags")
    for tags in [[""], ["a\0"], [String(repeating: "t", count: 513)]] {
      #expect(throws: InvalidValue.self) { try VariableRules.check(tags: tags, "tags") }
    }
    #expect(throws: InvalidValue.self) {
      try VariableRules.check(tags: Array(repeating: "t", count: 65), "tags")
    }
  }
}
