// Decides what is said about a value that its schema refuses, and that no schema and no value costs more than allowed.

import Foundation
import MartletModel
import Testing

@Suite struct SchemaTests {
  /// As pydantic writes the parameters of a flow.
  private static let parameters = """
    {"title": "Parameters", "type": "object", "required": ["day"], "additionalProperties": false,
     "properties": {
       "day": {"type": "string", "format": "date", "position": 0},
       "retries": {"default": 3, "type": "integer", "minimum": 0, "maximum": 10},
       "region": {"anyOf": [{"type": "string", "pattern": "^eu-"}, {"type": "null"}], "default": null},
       "mode": {"enum": ["fast", "safe"]},
       "tree": {"$ref": "#/$defs/Node"}},
     "$defs": {"Node": {"type": "object", "properties": {
       "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}},
       "required": ["name"]}}}
    """

  private func judge(_ schema: String, _ value: String) throws -> [String] {
    try Schema(JSON(parsing: schema)).judge(JSON(parsing: value)).violations.map(\.description)
  }

  static let sentences: [(String, [String])] = [
    (#"{"day": "2026-11-21"}"#, []),
    (#"{}"#, [#"the value lacks "day": give it"#]),
    (
      #"{"day": "2026-11-31", "retires": 3}"#,
      [
        #"/day is "2026-11-31": give a date such as 2026-11-21"#,
        #"/retires is not known: did you mean "retries"?"#,
      ]
    ),
    (
      #"{"day": "2026-11-21", "colour": 1}"#,
      [
        #"/colour is not known: leave it out; known are "day", "retries", "region", "mode", "tree""#
      ]
    ),
    (
      #"{"day": 3, "retries": 11}"#,
      [
        "/day is the number 3: give a text", "/retries is 11: give at most 10",
      ]
    ),
    (
      #"{"day": "2026-11-21", "region": "us-1"}"#,
      [
        #"/region fits none of 2 forms: (1) is "us-1": give a text that matches ^eu-; (2) is the text "us-1": give null"#
      ]
    ),
    (#"{"day": "2026-11-21", "mode": "slow"}"#, [#"/mode is "slow": give "fast" or "safe""#]),
    (
      #"{"day": "2026-11-21", "tree": {"name": "a", "children": [{"name": 1}, {}]}}"#,
      [
        "/tree/children/0/name is the number 1: give a text",
        #"/tree/children/1 lacks "name": give it"#,
      ]
    ),
  ]

  @Test(arguments: sentences) func saysWhatToDo(_ value: String, _ expected: [String]) throws {
    #expect(try judge(Self.parameters, value) == expected)
  }

  @Test func namesTheKeywordAndTheSchema() throws {
    let violation = try #require(
      try Schema(JSON(parsing: Self.parameters)).judge(
        JSON(parsing: #"{"day": "2026-11-21", "tree": {"name": 1}}"#)
      ).violations.first)
    #expect(violation.pointer == "/tree/name")
    #expect(violation.keyword == "type")
    #expect(violation.schemaPointer == "/$defs/Node/properties/name")
  }

  static let refusals: [(String, String)] = [
    (#"{"type": "strnig"}"#, "/type is not what the keyword takes"),
    (
      #"{"properties": {"a": {"$ref": "https://example.org/x.json"}}}"#,
      #"/properties/a refers to "https://example.org/x.json", which is not in this schema: copy it under $defs"#
    ),
    (##"{"$ref": "#/$defs/no"}"##, ##"refers to "#/$defs/no", which is not there"##),
    (##"{"$ref": "#"}"##, "refers to itself without going deeper"),
    (
      ##"{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}"##,
      "refers to itself without going deeper"
    ),
    (
      #"{"pattern": "(a"}"#,
      #"/pattern has the expression "(a", which has a group that does not end"#
    ),
    (#"{"pattern": "(?=a)b"}"#, "looks around"),
    (#"{"pattern": "(a)\\1"}"#, "refers back to a group"),
    (#"{"pattern": "((a{100}){100}){100}"}"#, "is too large"),
    (#"{"pattern": "((a{0}){5000}){5000}"}"#, "is too large"),
    (#"{"minimum": "1"}"#, "/minimum is not what the keyword takes: give a number"),
    (#"{"multipleOf": 0}"#, "/multipleOf is not what the keyword takes"),
    (#"[]"#, "the schema is no schema"),
  ]

  @Test(arguments: refusals) func refusesTheSchema(_ schema: String, _ expected: String) throws {
    let document = try JSON(parsing: schema)
    let error = #expect(throws: SchemaError.self) { try Schema(document) }
    #expect(error.map { "\($0)" }?.contains(expected) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func numbersAreExact() throws {
    let over = #"{"maximum": 9007199254740992}"#
    #expect(try judge(over, "9007199254740992").isEmpty)
    #expect(
      try judge(over, "9007199254740993")
        == ["the value is 9007199254740993: give at most 9007199254740992"])
    #expect(try judge(#"{"multipleOf": 0.01}"#, "19.99").isEmpty)
    #expect(try judge(#"{"multipleOf": 0.0001}"#, "0.00751").count == 1)
    #expect(try judge(#"{"multipleOf": 7}"#, "1e400000000").count == 1)
    #expect(try judge(#"{"const": 1e3}"#, "1000.0").isEmpty)
    #expect(try judge(#"{"type": "integer"}"#, "1.50e1").isEmpty)
    #expect(try judge(#"{"exclusiveMinimum": -1e-999999999}"#, "-1e-1000000000").isEmpty)
  }

  @Test func textsDifferByCodePoint() throws {
    #expect(try judge(#"{"const": "\u00e9"}"#, #""e\u0301""#).count == 1)
    #expect(try judge(#"{"maxLength": 1}"#, #""\ud83e\udd85""#).isEmpty)
    #expect(
      try judge(#"{"properties": {"\u00e9": {"type": "null"}}}"#, #"{"e\u0301": 1}"#).isEmpty)
  }

  @Test func hostileExpressionsEndInTime() throws {
    let text = "\"" + String(repeating: "a", count: 20_000) + "!\""
    for pattern in [
      "^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "(.*.*.*)*x", "^(([a-z])+.)+[A-Z]",
    ] {
      let clock = ContinuousClock()
      let start = clock.now
      #expect(try judge(#"{"pattern": "\#(pattern)"}"#, text).count == 1)
      let took = clock.now - start
      #expect(took < .seconds(10), "\(pattern) took \(took)")
    }
  }

  @Test func judgementsAreGivenUp() throws {
    // Each level tries two forms of the level below: 2⁶⁰ ways.
    let explosive = """
      {"$defs": {"n": {"anyOf": [
        {"properties": {"a": {"$ref": "#/$defs/n"}}, "allOf": [{"required": ["c"]}]},
        {"properties": {"a": {"$ref": "#/$defs/n"}}, "allOf": [{"required": ["d"]}]}]}},
       "$ref": "#/$defs/n"}
      """
    let deep = String(repeating: #"{"a":"#, count: 60) + "1" + String(repeating: "}", count: 60)
    var limits = SchemaLimits.standard
    limits.steps = 200_000
    let schema = try Schema(JSON(parsing: explosive), limits: limits)
    let value = try JSON(parsing: deep)
    let error = #expect(throws: SchemaError.self) { try schema.judge(value) }
    #expect(error?.problem.contains("takes too long to check") == true)
  }

  @Test func violationsAreBounded() throws {
    let list = "[" + (0..<5000).map { "\"\($0)\"" }.joined(separator: ",") + "]"
    let report = try Schema(JSON(parsing: #"{"items": {"type": "integer"}}"#)).judge(
      JSON(parsing: list))
    #expect(report.violations.count == 100)
    #expect(report.count == 5000)
  }

  @Test func depthIsBoundedAndFitsASmallStack() throws {
    let tooDeep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(throws: JSONFault.self) { try JSON(parsing: tooDeep) }
    // The deepest judgement that is allowed: chains of allOf around each level of the deepest value.
    let chain =
      String(repeating: #"{"allOf":["#, count: 40) + ##"{"items":{"$ref":"#"}}"##
      + String(repeating: "]}", count: 40)
    let deepest =
      String(repeating: "[", count: JSON.greatestDepth)
      + String(repeating: "]", count: JSON.greatestDepth)
    let schema = try Schema(JSON(parsing: chain))
    let value = try JSON(parsing: deepest)
    let outcome = Outcome()
    let thread = Thread {
      do { outcome.report = try schema.judge(value) } catch { outcome.error = error }
      outcome.done.signal()
    }
    thread.stackSize = 4 << 20
    thread.start()
    outcome.done.wait()
    #expect((outcome.error as? SchemaError)?.problem.contains("too many schemas") == true)
  }

  private final class Outcome: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    var report: SchemaReport?
    var error: (any Error)?
  }

  @Test func randomBytesAreJudgedOrRefused() throws {
    let seed = UInt64.random(in: 0...(1 << 53))
    var random = Seeded(seed)
    let words = [
      "{", "}", "[", "]", ":", ",", "\"type\"", "\"$ref\"", "\"#\"", "\"items\"", "\"properties\"",
      "\"anyOf\"", "\"pattern\"", "\"(a*)*\"", "\"a\"", "1", "-0.5e7", "true", "false", "null",
      "\"$id\"", "\"enum\"", "\"\\u00e9\"", "\"integer\"", "\"dependencies\"",
    ]
    var accepted = 0
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 1...24, using: &random)).map { _ in
        words.randomElement(using: &random) ?? ""
      }.joined()
      guard let document = try? JSON(parsing: text) else { continue }
      accepted += 1
      guard let schema = try? Schema(document) else { continue }
      _ = try? schema.judge(document)
    }
    #expect(accepted > 10, "MARTLET_SEED=\(seed)")
  }
}
