// Checks which things pass Prefect's filters, and that nothing of a filter is passed over.

import MartletModel
import Testing

@testable import MartletPrefect

@Suite struct ListFilterTests {
  private let values: [String: JSON] = [
    "id": .text("a"), "name": .text("Nightly"), "tags": .texts(["x", "y"]), "paused": .bool(false),
    "limit": .integer(3), "queue": .null,
  ]

  private func judge(_ filter: String) throws -> Bool {
    try ListFilter(try JSON(parsing: #"{"things": \#(filter)}"#), "things").matches(values)
  }

  @Test(arguments: [
    "null", "{}", #"{"name": null}"#, #"{"id": {"any_": ["b", "a"]}}"#,
    #"{"id": {"not_any_": ["b"]}}"#, #"{"name": {"like_": "IGHT"}}"#,
    #"{"name": {"startswith_": ["Day", "Ni"]}}"#, #"{"tags": {"all_": ["y", "x"]}}"#,
    #"{"tags": {"any_": ["z", "y"]}}"#, #"{"paused": {"eq_": false}}"#,
    #"{"limit": {"ge_": 3, "le_": 3}}"#, #"{"queue": {"is_null_": true}}"#,
    #"{"operator": "or_", "id": {"any_": ["b"]}, "name": {"any_": ["Nightly"]}}"#,
  ]) func passes(_ filter: String) throws { #expect(try judge(filter) == true) }

  @Test(arguments: [
    #"{"id": {"any_": []}}"#, #"{"id": {"any_": ["b"]}}"#, #"{"id": {"not_any_": ["a"]}}"#,
    #"{"tags": {"all_": ["x", "z"]}}"#, #"{"paused": {"eq_": true}}"#, #"{"limit": {"ge_": 4}}"#,
    #"{"tags": {"is_null_": true}}"#, #"{"id": {"any_": ["a"]}, "name": {"any_": ["Daily"]}}"#,
    #"{"queue": {"any_": ["a"]}}"#,
    #"{"operator": "or_", "id": {"any_": ["b"]}, "name": {"any_": ["Daily"]}}"#,
  ]) func doesNotPass(_ filter: String) throws { #expect(try judge(filter) == false) }

  @Test(arguments: [#"{"colour": {"any_": ["a"]}}"#, #"{"id": {"near_": "a"}}"#])
  func whatIsNotComparedIsRefused(_ filter: String) {
    #expect(throws: PrefectFailure.self) { try judge(filter) }
  }

  @Test func aPageIsAPartOfTheList() throws {
    let body = try JSON(parsing: #"{"limit": 2, "page": 2}"#)
    let window = try ListWindow(body, isPaged: true)
    #expect(window.part(of: [1, 2, 3]) == [3])
    #expect(window.pages(of: 3) == 2)
    #expect(try ListWindow(JSON(parsing: #"{"limit": null}"#)).limit == 200)
    #expect(throws: ShapeFault.self) { try ListWindow(JSON(parsing: #"{"limit": 201}"#)) }
    #expect(throws: ShapeFault.self) { try ListWindow(JSON(parsing: #"{"offset": -1}"#)) }
  }
}
