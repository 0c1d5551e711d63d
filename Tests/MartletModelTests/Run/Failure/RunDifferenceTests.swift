// Decides what is told of two runs that differ: each thing once, by its place, and no noise.

import MartletModel
import Testing

@Suite struct RunDifferenceTests {
  private func profile(_ parameters: String) throws -> RunProfile {
    RunProfile(
      parameters: try JSON(parsing: parameters), definitionVersion: "1", tags: ["a", "b"],
      runningTime: .seconds(10), host: "one", attempt: 1)
  }

  @Test func equalRunsDifferInNothing() throws {
    let run = try profile(#"{"a": 1, "b": {"c": [1, 2]}}"#)
    let other = try profile(#"{"b": {"c": [1.0, 2]}, "a": 10e-1}"#)
    #expect(run.differences(from: other) == [])
    var slower = run
    slower.runningTime = .milliseconds(10_900)
    #expect(slower.differences(from: run) == [])
    slower.host = nil
    #expect(slower.differences(from: run) == [])
  }

  @Test func everyDifferenceIsNamedByItsPlace() throws {
    let good = try profile(#"{"day": "2026-11-20", "old": true, "deep": {"a/b": 1, "same": 0}}"#)
    var bad = try profile(#"{"day": "2026-11-21", "new": [1], "deep": {"a/b": 2, "same": 0}}"#)
    bad.definitionVersion = ""
    bad.tags = ["b", "c"]
    bad.runningTime = .seconds(4)
    bad.host = "two"
    bad.attempt = 3
    let told = bad.differences(from: good).map { "\($0.subject): \($0.change)" }
    #expect(
      told == [
        #"parameters/day: changed(from: "\"2026-11-20\"", to: "\"2026-11-21\"")"#,
        #"parameters/new: added("[1]")"#,
        #"parameters/deep/a~1b: changed(from: "1", to: "2")"#,
        #"parameters/old: removed("true")"#,
        #"definition_version: removed("\"1\"")"#,
        #"host: changed(from: "\"one\"", to: "\"two\"")"#,
        #"attempt: changed(from: "1", to: "3")"#,
        #"tags: added("\"c\"")"#,
        #"tags: removed("\"a\"")"#,
        #"running_time: changed(from: "10", to: "4")"#,
      ])
    #expect(bad.differences(from: good).last?.longer == Interval.seconds(-6))
  }

  @Test func differencesAndValuesAreBounded() throws {
    let many = (0..<500).map { "\"k\($0)\": \"\(String(repeating: "x", count: 1000))\"" }
    let bad = try profile("{\(many.joined(separator: ","))}")
    let told = bad.differences(from: try profile("{}"))
    #expect(told.count == RunDifference.limit)
    for difference in told {
      guard case .added(let value) = difference.change else { continue }
      #expect(value.count <= RunDifference.valueLimit + 1)
    }
  }

  @Test(arguments: [
    ("host/12", "host"), ("host:12", "host"), ("host", "host"), ("a/b", "a/b"), ("::1", ":"),
  ])
  func hostsOfHolders(_ holder: String, _ host: String) {
    #expect(RunProfile.host(ofHolder: holder) == host)
  }
}
