// Tests schemas by the official JSON Schema test suite: all required cases of draft 2020-12, and the optional ones of
// what Martlet has: numbers of any size, ECMA expressions, `dependencies`, and the formats that are checked.
// `make setup-test` puts the suite into .make.

import Foundation
import MartletModel
import Testing

@Suite struct SchemaSuiteTests {
  /// Groups that are left out, by file, and why.
  private static let excluded: [String: [(group: String, why: String)]] = [
    "vocabulary": [("", "vocabularies need a remote metaschema")],
    "refRemote": [("", "nothing is fetched")],
    "format": [("", "the five formats are checked, which the specification leaves open")],
  ]

  /// What a schema may be refused for: the group is then counted as refused, and must be in this list.
  private static let refusals = ["which is not in this schema", "has a $dynamicRef to several"]

  static let optionalFiles = [
    "bignum", "dependencies-compatibility", "ecmascript-regex", "non-bmp-regex", "format/date-time",
    "format/date", "format/email", "format/uri", "format/uuid",
  ]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../.make/json-schema-test-suite/draft2020-12").standardizedFileURL

  @Test func required() throws {
    let files = try #require(
      try? FileManager.default.contentsOfDirectory(atPath: Self.root.path),
      "make setup-test brings the suite")
    var total = (cases: 0, refused: 0)
    for file in files.sorted() where file.hasSuffix(".json") {
      let counts = try run(String(file.dropLast(5)))
      total = (total.cases + counts.cases, total.refused + counts.refused)
    }
    #expect(total.cases > 1000)
    #expect(total.refused < 20)
    print("JSON Schema test suite: \(total.cases) required cases, \(total.refused) refused groups")
  }

  @Test(arguments: optionalFiles) func optional(_ file: String) throws {
    let counts = try run("optional/" + file)
    #expect(counts.cases > 0)
  }

  private func run(_ file: String) throws -> (cases: Int, refused: Int) {
    let url = Self.root.appending(path: file + ".json")
    let document = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    guard case .array(let groups) = document else { return (0, 0) }
    var counts = (cases: 0, refused: 0)
    for group in groups {
      let name = Self.text(group["description"])
      if Self.excluded[file]?.contains(where: { $0.group.isEmpty || $0.group == name }) == true {
        continue
      }
      guard let document = group["schema"], case .array(let tests)? = group["tests"] else {
        continue
      }
      let schema: Schema
      do throws(SchemaError) {
        schema = try Schema(document)
      } catch {
        counts.refused += 1
        if !Self.refusals.contains(where: error.problem.contains) {
          Issue.record("\(file), \(name): \(error)")
        }
        continue
      }
      for test in tests {
        guard let data = test["data"], case .bool(let isValid)? = test["valid"] else { continue }
        counts.cases += 1
        let report = try schema.judge(data)
        #expect(
          report.isValid == isValid,
          "\(file), \(name), \(Self.text(test["description"])): \(report.violations)")
      }
    }
    return counts
  }

  private static func text(_ value: JSON?) -> String {
    guard case .string(let text)? = value else { return "" }
    return text.text
  }
}
