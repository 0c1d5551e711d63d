// Decides that YAML says what JSON says, whatever the texts are.

import MartletModel
import MartletWire
import Testing

@testable import martlet

@Suite struct NotationTests {
  private static let value = JSONValue.object([
    "empty": .object([:]), "none": .list([]), "null": .null, "yes": .bool(true),
    "nested": .list([.list([.number(1)]), .object(["a": .list([.object(["b": .null])])])]),
    "numbers": .list([.number(0), .number(-1.5), .number(12_345_678_901)]),
    "texts": .list(
      [
        "", " ", "plain", "two words", "yes", "No", "null", "~", "1", "1e3", "0x1F", "1_000",
        "12:30",
        "2026-01-01", "- a", "a: b", "#", "a #b", "'", "\"", "\\", "line\nline\n", "\t", "*x", "&x",
        "!t", "%", "@", "`", "{", "[", "|", ">", "?", "=", "<<", "é", "🐦", "\u{85}", "\u{2028}",
        "\u{7F}", "\u{1}", ".inf", "NaN", "---",
      ].map { .string($0) }),
    "a key: with #": .string("x"), "1": .string("y"), "true": .string("z"), "": .string("e"),
  ])

  @Test func yamlSaysWhatJSONSays() throws {
    let json = try JSON(parsing: try Notation.json.text(Self.value))
    let yaml = try Notation.yaml.text(Self.value)
    #expect(yaml.hasPrefix("---\n"))
    #expect(try YAMLTree(yaml).json == json)
    #expect(try JSON(parsing: "-12e30").yaml == "-12.0e+30\n")
  }

  @Test(arguments: [
    JSONValue.null, .string("x"), .number(3), .list([]), .object([:]), .bool(false),
  ])
  func aValueAloneIsADocument(_ value: JSONValue) throws {
    let yaml = try Notation.yaml.text(value)
    #expect(yaml.hasSuffix("\n"))
    let json = try JSON(parsing: try Notation.json.text(value))
    #expect(try YAMLTree(yaml).json.description == json.description)
  }

  @Test func formsHaveNames() {
    #expect(Format.allValueStrings.allSatisfy { Format(argument: $0) != nil })
    #expect(Format(argument: "yaml") == .document(.yaml))
    #expect(Format(argument: "xml") == nil)
  }
}
