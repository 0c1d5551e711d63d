// Decides that YAML becomes the tree it means, with its lines, and that no text makes it grow without bound.

import MartletModel
import Testing

@testable import martlet

@Suite struct YAMLTreeTests {
  @Test(arguments: [
    ("a: 1", #"{"a":1}"#), ("a: '1'", #"{"a":"1"}"#), ("a: yes", #"{"a":true}"#),
    ("a: ~\nb:", #"{"a":null,"b":null}"#), ("a: 1.50", #"{"a":1.5}"#), ("a: 0x1F", #"{"a":31}"#),
    ("a: 2026-01-01", #"{"a":"2026-01-01"}"#), ("a: 2.14.0", #"{"a":"2.14.0"}"#),
    ("a: +5", #"{"a":5}"#), ("a: |\n  x\n  y\n", #"{"a":"x\ny\n"}"#), ("", "{}"),
    ("a: !!str 5", #"{"a":"5"}"#), ("\u{FEFF}a: 1\r\nb: 2\r\n", #"{"a":1,"b":2}"#),
    ("# nothing", "{}"), ("'<<': {a: 1}", #"{"<<":{"a":1}}"#),
    ("- a\n- [b, {c: d}]", #"["a",["b",{"c":"d"}]]"#),
    ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", #"{"x":{"a":1,"b":2},"y":{"b":3,"a":1}}"#),
    (
      "x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z]}",
      #"{"x":{"a":1},"z":{"a":2,"c":3},"y":{"a":1,"c":3}}"#
    ),
  ])
  func isRead(_ text: String, _ json: String) throws {
    #expect(try YAMLTree(text).json.description == json)
  }

  @Test func linesAreKnown() throws {
    let tree = try YAMLTree("a: 1\nb:\n  - c: 1\n    d: 2\n")
    let place = JSONPointer([.name("b"), .index(0), .name("d")])
    #expect(tree.line(of: place) == 4)
    #expect(tree.line(of: JSONPointer(place.steps + [.name("x")])) == 4)
    #expect(tree.line(of: JSONPointer([.name("b")])) == 2)
    #expect(tree.line(of: JSONPointer()) == 1)
  }

  @Test(arguments: [
    ("a: 1\na: 2", 1), ("a: [1", 1), ("a:\n\tb: 1", 2), ("a: 1\n---\nb: 2", 2), ("a: *x", 1),
    ("? [a]\n: 1", 1),
  ])
  func isRefused(_ text: String, _ line: Int) {
    let fault = #expect(throws: YAMLFault.self) { try YAMLTree(text) }
    #expect(fault?.line.map { abs($0 - line) <= 1 } == true, "\(fault!)")
  }

  @Test(arguments: [
    ("a:\n\tb: 1", 2, "a tab is no indentation"), ("a: 1\n---\nb: 2", 2, "second document"),
    ("a: 1\nb: \u{1}", 2, "control characters"), ("a: 1\nb: *x", 2, "before its anchor"),
    ("b: 1\na: 2\na: 3", 2, "a is there twice"), ("&x a: *x\n<<: 1", 2, "takes keys and values"),
    ("a: &x [*x]", 1, "before its anchor"),
  ])
  func mistakesAreNamedWithTheirLine(_ text: String, _ line: Int, _ problem: String) {
    let fault = #expect(throws: YAMLFault.self) { try YAMLTree(text) }
    #expect(fault?.line == line && fault?.problem.contains(problem) == true, "\(fault!)")
  }

  @Test func aliasesAreBounded() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(throws: YAMLFault.self) { try YAMLTree(text) }
    #expect(throws: YAMLFault.self) {
      try YAMLTree(String(repeating: "[", count: 500) + String(repeating: "]", count: 500))
    }
  }
}
