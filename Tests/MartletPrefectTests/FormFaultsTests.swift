// Checks that what is wrong with a form stands at the place where Prefect's pages look for it.

import MartletModel
import Testing

@testable import MartletPrefect

@Suite struct FormFaultsTests {
  @Test func faultsStandAtTheirPlaces() throws {
    let schema = try MartletModel.Schema(
      JSON(
        parsing: """
          {"type": "object", "properties": {"n": {"type": "integer"},
           "a/b": {"type": "array", "items": {"type": "string"}}}}
          """))
    var faults = FormFaults()
    faults.ignore(["skipped"])
    for violation in try schema.judge(try JSON(parsing: #"{"n": "x", "a/b": ["s", 1]}"#)).violations
    {
      faults.add(violation)
    }
    let json = faults.json
    #expect(json["valid"] == .bool(false))
    let errors = try #require(json["errors"]).elements
    #expect(Set(errors.compactMap { $0["property"]?.text }) == ["n", "a/b"])
    let list = try #require(errors.first { $0["property"] == .text("a/b") })
    #expect(list["errors"]?.elements.first?["index"] == .integer(1))
    #expect(FormFaults().json.description == #"{"errors":[],"valid":true}"#)
  }
}
