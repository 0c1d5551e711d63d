// Checks what is read of events about task runs, and in which order they are told.

import MartletModel
import MartletProto
import Testing

@testable import MartletPrefect

@Suite struct TaskRunRecorderTests {
  let run = UUIDValue.derived(from: ["run"])

  func id(_ name: String) -> UUIDValue { .derived(from: ["event", name]) }

  /// An event about the task run, as Prefect's client sends it.
  func event(_ name: String, _ type: String, follows: String? = nil) throws -> ClientEvent {
    let follows = follows.map { #""\#(id($0).text)""# } ?? "null"
    let text = """
      {"event": "prefect.task-run.\(name)", "id": "\(id(name).text)", "follows": \(follows),
       "occurred": "2026-11-21T05:52:56.045218Z",
       "resource": {"prefect.resource.id": "prefect.task-run.\(run.text)", "prefect.orchestration": "client"},
       "related": [{"prefect.resource.id": "prefect.flow-run.\(id("flow").text)", "prefect.resource.role": "flow-run"}],
       "payload": {"validated_state": {"type": "\(type)", "name": "\(name)"},
                   "task_run": {"task_key": "add-1a2b3c4d", "dynamic_key": "0", "name": "add-0"}}}
      """
    return try #require(ClientEvent(text))
  }

  @Test func anEventTellsAStateAndTheRun() throws {
    let event = try event("Running", "RUNNING", follows: "Pending")
    let told = try #require(event.taskRun)
    #expect(told.runID == run && told.id == id("Running") && told.follows == id("Pending"))
    #expect(told.state.type == .running)
    #expect(told.state.observedTime.map(Instant.init)?.rfc3339 == "2026-11-21T05:52:56.045218Z")
    #expect(told.run.run.definition == "add" && told.run.run.parentID == id("flow").text)
  }

  @Test func noEventComesBeforeTheOneThatItFollows() throws {
    let pending = try event("Pending", "PENDING")
    let running = try event("Running", "RUNNING", follows: "Pending")
    let completed = try event("Completed", "COMPLETED", follows: "Running")
    for events in [
      [pending, running, completed], [completed, running, pending], [running, completed, pending],
      [completed, pending, running], [running, running, pending, completed, pending],
    ] {
      let ordered = TaskRunRecorder.ordered(events)
      #expect(
        ordered.map { $0.event.name.split(separator: ".").last } == [
          "Pending", "Running", "Completed",
        ])
    }
  }

  @Test func eventsThatFollowEachOtherInACircleAreAllThere() throws {
    let events = [
      try event("A", "RUNNING", follows: "B"), try event("B", "RUNNING", follows: "A"),
      try event("C", "RUNNING", follows: "gone"),
    ]
    let ordered = TaskRunRecorder.ordered(events)
    #expect(Set(ordered.map(\.event.id)) == Set(events.map(\.event.id)) && ordered.count == 3)
  }
}
