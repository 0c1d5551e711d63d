// Checks which events subscribers of Prefect's are told, and what of their filters Martlet looks by.

import MartletModel
import MartletProto
import MartletWire
import Testing

@testable import MartletPrefect

@Suite struct EventsOutFilterTests {
  private static let run = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"

  private func event() throws -> WatchedEvent {
    var event = MartletProto.Event()
    event.id = "\(Self.run)/4"
    event.name = "martlet.flow-run.Cancelling"
    event.runID = Self.run
    event.time = Instant(microseconds: 1_700_000_000_000_000).timestamp
    var resource = EventResource()
    resource.labels = ["name": "calm-gull"]
    event.resource = resource
    event.payload = [
      "to": .object(["type": .string("CANCELLING"), "name": .string("Cancelling")])
    ]
    let relations = RunRelations(resources: [
      WatchedEvent.related("work-pool", "p1", name: "pool"),
      WatchedEvent.related("flow", "f1", name: "flow"),
    ])
    return try #require(WatchedEvent(transition: event, of: relations))
  }

  private func filter(_ text: String) throws -> EventsOutFilter {
    EventsOutFilter(try JSON(parsing: text))
  }

  @Test func aTransitionIsAChangeOfState() throws {
    let json = try event().json
    #expect(json["event"] == .text("prefect.flow-run.Cancelling"))
    #expect(json["resource"]?["prefect.resource.id"] == .text("prefect.flow-run.\(Self.run)"))
    #expect(json["resource"]?["prefect.state-type"] == .text("CANCELLING"))
    #expect(json["id"]?.text.flatMap { UUIDValue(text: $0) } != nil)
    #expect(json["id"] != json["follows"])
  }

  @Test(arguments: [
    "{}", #"{"event": {"name": ["prefect.flow-run.Cancelling"]}}"#,
    #"{"event": {"prefix": ["prefect.flow-run"], "exclude_name": ["x"]}}"#,
    #"{"resource": {"id": ["prefect.flow-run.0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"]}}"#,
    #"{"any_resource": {"id": ["prefect.work-pool.p1"]}}"#,
    #"{"any_resource": [{"id_prefix": ["prefect.flow."]}], "id": {"id": []}}"#,
    #"{"related": {"role": ["flow"]}}"#,
    #"{"resource": {"labels": {"prefect.state-name": ["Run*", "Canc*"]}}}"#,
    #"{"occurred": {"since": "2023-01-01T00:00:00Z"}}"#,
  ]) func isTold(_ text: String) throws { #expect(try filter(text).passes(event())) }

  @Test(arguments: [
    #"{"event": {"name": ["prefect.flow-run.Running"]}}"#,
    #"{"event": {"exclude_prefix": ["prefect."]}}"#,
    #"{"any_resource": {"id": ["prefect.work-pool.p2"]}}"#,
    #"{"related": {"id": ["prefect.flow-run.0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"]}}"#,
    #"{"resource": {"labels": {"prefect.state-name": "!Canc*"}}}"#,
    #"{"occurred": {"since": "2024-01-01T00:00:00Z"}}"#,
  ]) func isNotTold(_ text: String) throws { #expect(try !filter(text).passes(event())) }

  @Test func whatCanBeIsLookedForByMartlet() throws {
    #expect(
      try filter(#"{"event": {"name": ["prefect.flow-run.Cancelling"]}}"#).text
        == #"name = "martlet.flow-run.Cancelling""#)
    #expect(
      try filter(#"{"resource": {"id": ["prefect.flow-run.\#(Self.run)"]}}"#).text
        == #"run_id = "\#(Self.run)""#)
    #expect(try filter(#"{"event": {"name": ["prefect.flow-run.x\" OR"]}}"#).text == "")
    #expect(try filter(#"{"event": {"name": ["a", "b"]}}"#).text == "")
  }

  @Test func theSocketsAreKnownByTheirPaths() {
    guard case .worker(let pool)? = PrefectSocket(path: "/work_pools/a%20b/workers/connect") else {
      Issue.record("a worker's channel is not known")
      return
    }
    #expect(pool == "a b")
    #expect(PrefectSocket(path: "/work_pools//workers/connect") == nil)
    #expect(PrefectSocket(path: "/events/outside") == nil)
  }
}
