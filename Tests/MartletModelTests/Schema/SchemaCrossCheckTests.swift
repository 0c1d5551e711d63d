// Tests schemas against the Python package jsonschema: thousands of random pairs of schema and value, the verdict and
// every error compared. What is known to differ is listed in crosscheck.py.

import Foundation
import MartletModel
import Testing

@Suite struct SchemaCrossCheckTests {
  private struct Mark: Hashable, CustomStringConvertible {
    var place: String
    var keyword: String
    var description: String { "\(place):\(keyword)" }
  }

  @Test func agreesWithPython() throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["MARTLET_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(1 << 53))
    let schemas = 3000 * (environment["MARTLET_CROSSCHECK"].flatMap { Int($0) } ?? 1)
    let output = try python("crosscheck.py", "\(seed)", "\(schemas)")
    var pairs = 0
    var invalid = 0
    for line in output.split(separator: "\n") {
      let pair = try JSON(parsing: String(line))
      let document = try #require(pair["schema"])
      let value = try #require(pair["value"])
      guard case .array(let errors)? = pair["errors"] else {
        Issue.record("MARTLET_SEED=\(seed): \(line.prefix(500))")
        return
      }
      pairs += 1
      let expected = Set(errors.compactMap(Self.mark(python:)))
      let report = try Schema(document).judge(value)
      // Too many may be too few as well; Python then says the first only.
      let tooMany = expected.filter { $0.keyword == "maxContains" }
      let found = Set(report.violations.map(Self.mark)).filter { mark in
        mark.keyword != "contains" || !tooMany.contains { $0.place == mark.place }
      }
      if !expected.isEmpty { invalid += 1 }
      // What was looked at where something else is wrong, each side sees in its own way.
      let isLoose = line.contains("\"unevaluated")
      if isLoose ? expected.isEmpty != report.isValid : expected != found {
        Issue.record(
          """
          MARTLET_SEED=\(seed)
          schema: \(document)
          value: \(value)
          Python: \(expected), Martlet: \(report.violations)
          """)
        return
      }
    }
    #expect(pairs == 3 * schemas)
    #expect(invalid > pairs / 5 && invalid < pairs * 4 / 5)
  }

  private static func mark(python error: JSON) -> Mark? {
    guard case .array(let parts) = error, case .string(let place) = parts[0],
      case .string(let keyword) = parts[1]
    else { return nil }
    return normal(Mark(place: place.text, keyword: keyword.text))
  }

  private static func mark(_ violation: SchemaViolation) -> Mark {
    var place = violation.pointer
    // Python names the list or object of what is too many, Martlet each item or member.
    let folded = ["items", "additionalProperties"]
    if folded.contains(violation.keyword) {
      place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
    }
    return normal(Mark(place: place, keyword: violation.keyword))
  }

  private static func normal(_ mark: Mark) -> Mark {
    var mark = mark
    if mark.keyword == "minContains" { mark.keyword = "contains" }
    // Python does not say where a schema `false` was met.
    if mark.keyword == "false" { mark.place = "" }
    // Swift takes two forms of é for one.
    mark.place = mark.place.unicodeScalars.map { "\($0.value)" }.joined(separator: " ")
    return mark
  }
}
