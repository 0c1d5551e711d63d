// Checks which events meet a filter of Prefect's, and that what narrows the search finds all of them.

import MartletModel
import MartletProto
import MartletWire
import Testing

@testable import MartletPrefect

@Suite struct EventFilterTests {
  let run = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"

  func event(_ name: String, _ resource: String, role: String = "flow-run") -> Shape.ReceivedEvent {
    var event = MartletProto.Event()
    event.id = UUIDValue.derived(from: [name, resource]).text
    event.name = name
    event.time = Timestamp(seconds: 1_790_000_000, nanos: 0)
    event.resource = EventResource(id: resource, labels: ["kind": "e2e"])
    event.related = [EventResource(id: "prefect.flow-run.\(run)", role: role)]
    return Shape.ReceivedEvent(event)
  }

  func filter(_ text: String) throws -> Shape.EventFilter {
    try Shape.EventFilter(JSON(parsing: text), at: [])
  }

  @Test(arguments: [
    #"{}"#, #"{"event": {"name": ["x", "shop.order"]}}"#, #"{"event": {"name": ["shop.*"]}}"#,
    #"{"event": {"prefix": ["shop"], "exclude_prefix": ["shop.z"]}}"#,
    #"{"resource": {"id": ["shop.1"], "labels": {"kind": "e2*"}}}"#,
    #"{"resource": {"id_prefix": ["shop."], "labels": {"kind": ["a", "e2e"]}}}"#,
    #"{"related": {"id": ["prefect.flow-run.0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"], "role": ["flow-run"]}}"#,
    #"{"any_resource": [{"id": ["shop.1"]}, {"labels": {"prefect.resource.role": "flow-run"}}]}"#,
    #"{"occurred": {"since": "2026-09-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}}"#,
  ])
  func anEventMeets(_ text: String) throws {
    let filter = try filter(text)
    #expect(try filter.matches(event("shop.order", "shop.1")))
    for search in filter.searches where !search.isEmpty { #expect(!search.hasSuffix("AND ")) }
  }

  @Test(arguments: [
    #"{"event": {"name": ["shop"]}}"#, #"{"event": {"exclude_name": ["shop.*"]}}"#,
    #"{"resource": {"labels": {"kind": "!e2e"}}}"#, #"{"resource": {"labels": {"other": "*"}}}"#,
    #"{"related": [{"role": ["flow-run"]}, {"role": ["flow"]}]}"#,
    #"{"occurred": {"since": "2026-12-01T00:00:00Z"}}"#,
    #"{"id": {"id": ["0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"]}}"#,
  ])
  func anEventDoesNotMeet(_ text: String) throws {
    #expect(try !filter(text).matches(event("shop.order", "shop.1")))
  }

  /// A transition is an event under the names that Prefect's own server gives it.
  @Test func aTransitionIsShownAsPrefectShowsIt() throws {
    var event = MartletProto.Event()
    event.id = "\(run)/3"
    event.name = "martlet.flow-run.Completed"
    event.runID = run
    event.resource = EventResource(id: "martlet.flow-run.\(run)", labels: ["name": "wise-owl"])
    event.payload = ["to": .object(["type": .string("COMPLETED"), "name": .string("Completed")])]
    event.follows = "\(run)/2"
    let shown = Shape.ReceivedEvent(event)
    #expect(shown.event == "prefect.flow-run.Completed")
    #expect(shown.resourceID == "prefect.flow-run.\(run)")
    #expect(shown.resource["prefect.state-type"]?.text == "COMPLETED")
    #expect(shown.resource["prefect.resource.name"]?.text == "wise-owl")
    #expect(shown.follows != nil && shown.follows != shown.id)
    let filter = try filter(#"{"resource": {"id": ["prefect.flow-run.\#(run)"]}}"#)
    #expect(try filter.matches(shown))
    #expect(filter.searches.contains(#"resource.id = "martlet.flow-run.\#(run)""#))
  }
}
