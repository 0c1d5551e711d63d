// Rows of Prefect's database become what the same would be had it come over the API.

import MartletModel
import MartletProto
import MartletWire
import Testing

@testable import MartletPrefect

@Suite struct ImportTests {
  static let flow = "11111111-1111-4111-8111-111111111111"
  static let run = "22222222-2222-4222-8222-222222222222"
  static let task = "33333333-3333-4333-8333-333333333333"
  static let parent = "44444444-4444-4444-8444-444444444444"
  static let deployment = "55555555-5555-4555-8555-555555555555"
  static let here = "66666666-6666-4666-8666-666666666666"

  static var renaming: Renaming {
    var renaming = Renaming()
    renaming.note(deployment, is: here)
    renaming.note(flow, is: "")
    return renaming
  }

  static func state(_ type: String, _ second: Int, _ more: String = "") -> String {
    """
    {"id": "77777777-7777-4777-8777-77777777777\(second)", "type": "\(type)", "name": "\(type)", "message": null, "data": null,
    "timestamp": "2026-01-01T00:00:0\(second).5+00:00", "state_details": {}\(more)}
    """
  }

  @Test func aSubflowStandsWhereItsTaskRunStood() throws {
    let row = try PrefectRow(
      """
      {"id": "\(Self.run)", "name": "n", "flow_name": "inner", "flow_id": "\(Self.flow)", "root_id": "\(Self.parent)",
      "deployment_id": "\(Self.deployment)", "parameters": {"a": 1}, "run_count": 2, "tags": ["t"], "total_run_time": 1.25,
      "empirical_policy": {"retries": 3, "retry_delay": 2}, "labels": {"k": 1}, "created": "2026-01-01T00:00:00+00:00",
      "parent_task_run": {"id": "\(Self.task)", "flow_run_id": "\(Self.parent)", "task_key": "inner-0", "dynamic_key": "0",
        "task_inputs": {"x": [{"input_type": "task_run", "id": "\(Self.here)"}, {"input_type": "constant", "type": "int"}]}},
      "states": [\(Self.state("PENDING", 1)), \(Self.state("FAILED", 2))]}
      """)
    let history = try row.flowRun(Self.renaming)
    let run = try #require(history.run)
    #expect(run.kind == .flow && run.definition == "inner" && run.attempt == 2)
    #expect(run.parentID == Self.parent && run.rootID == Self.parent)
    #expect(run.trackingID?.text == Self.task)
    #expect(run.dependencies == [Dependency(runID: Self.here, parameter: "x")])
    #expect(run.deploymentID == Self.here)
    #expect(run.labels["k"] == "1" && run.labels["prefect.flow.id"] == Self.flow)
    #expect(run.retry?.maxRetries == 3 && run.retry?.delays == [.seconds(2)])
    #expect(run.times?.runningTime == .milliseconds(1250) && run.times?.startTime == nil)
    #expect(history.transitions.map { $0.to?.type } == [.pending, .failed])
    let last = try #require(history.transitions.last?.to)
    #expect(last.time == Timestamp(seconds: 1_767_225_602, nanos: 500_000_000))
    #expect(
      last.prefectID(of: Self.run, revision: 2).text == "77777777-7777-4777-8777-777777777772")
  }

  @Test func dataOfAStateThatIsTooLongStaysBehind() throws {
    let data = #"{"x": ""# + String(repeating: "y", count: 70_000) + #""}"#
    let row = try PrefectRow(
      """
      {"id": "\(Self.run)", "task_key": "t-0123abcd", "dynamic_key": "1",
      "states": [{"id": "\(Self.task)", "type": "COMPLETED", "name": "Completed", "data": \(data),
        "timestamp": "2026-01-01T00:00:00+00:00"}]}
      """)
    let history = try row.taskRun()
    #expect(history.run?.definition == "t" && history.run?.kind == .task)
    let state = try #require(history.transitions.first?.to)
    #expect(StateNote(state).data == nil && StateNote(state).id?.text == Self.task)
  }

  @Test func aRunWithoutStatesEndsAsItSays() throws {
    let row = try PrefectRow(
      """
      {"id": "\(Self.run)", "task_key": "t", "dynamic_key": "1", "states": null, "state_id": "\(Self.task)",
      "state_type": "CRASHED", "state_name": "Crashed", "state_timestamp": "2026-01-01T00:00:00+00:00"}
      """)
    let states = try row.taskRun().transitions.compactMap(\.to)
    #expect(states.map(\.type) == [.crashed] && states.map(\.name) == ["Crashed"])
    #expect(StateNote(states[0]).id?.text == Self.task)
  }

  @Test func aRowThatIsNoneSaysWhy() throws {
    let row = try PrefectRow(#"{"id": "x", "states": [{"id": "x", "type": "SLEEPING"}]}"#)
    #expect(throws: RowFault.self) { try row.taskRun() }
    #expect(throws: RowFault.self) { try PrefectRow("{") }
  }

  @Test func schedulesHaveNames() throws {
    let row = try PrefectRow(
      """
      {"id": "\(Self.deployment)", "flow_name": "f", "flow_id": "\(Self.flow)", "name": "d",
      "body": {"name": "d", "flow_id": "\(Self.flow)", "schedules": [
        {"replaces": "\(Self.run)", "active": true, "schedule": {"interval": 60.0}},
        {"replaces": "\(Self.task)", "active": false, "slug": "night", "schedule": {"cron": "0 3 * * *"}}]}}
      """)
    let deployment = try row.deployment(Self.renaming)
    #expect(deployment.id == Self.deployment && deployment.flow == "f")
    #expect(deployment.schedules.map(\.slug) == ["schedule-22222222", "night"])
    #expect(deployment.schedules.map(\.paused) == [false, true])
    #expect(row.schedules.map(\.id) == [Self.run, Self.task])
    #expect(row.schedules.map(\.slug) == ["schedule-22222222", "night"])
  }

  @Test func schemasAreWhole() throws {
    let inner = try PrefectRow(
      #"{"id": "1", "block_type_slug": "in", "checksum": "c1", "fields": {"title": "In", "type": "object"}}"#
    )
    let middle = try PrefectRow(
      """
      {"id": "2", "block_type_slug": "mid", "checksum": "c2", "fields": {"title": "Mid"},
      "references": [{"name": "inner", "id": "1"}]}
      """)
    let outer = try PrefectRow(
      """
      {"id": "3", "block_type_slug": "out", "checksum": "c3", "fields": {"title": "Out", "definitions": {"E": {}}},
      "references": [{"name": "a", "id": "2"}, {"name": "a", "id": "1"}, {"name": "gone", "id": "9"}]}
      """)
    let schema = BlockSchemaRows([inner, middle, outer]).schema(outer)
    let expected = try JSON(
      parsing: """
        {"title": "Out", "block_schema_references": {"a": [
          {"block_type_slug": "mid", "block_schema_checksum": "c2"},
          {"block_type_slug": "in", "block_schema_checksum": "c1"}]},
        "definitions": {"E": {},
          "Mid": {"title": "Mid", "block_schema_references": {
            "inner": {"block_type_slug": "in", "block_schema_checksum": "c1"}}},
          "In": {"title": "In", "type": "object", "block_schema_references": {}}}}
        """)
    #expect(try JSON(parsing: schema.fields) == expected)
  }

  @Test func idsAreRenamedWhereverTheyStand() throws {
    let row = try PrefectRow(
      """
      {"id": "\(Self.task)", "name": "a", "enabled": true,
      "trigger": {"type": "event", "match": {"prefect.resource.id": ["prefect.deployment.\(Self.deployment)", "x"]}},
      "actions": [{"deployment_id": "\(Self.deployment)", "note": "not-\(Self.deployment)", "n": 1}]}
      """)
    let automation = try row.automation(Self.renaming)
    #expect(automation.paused && automation.id == Self.task)
    #expect(
      automation.trigger?["match"]
        == .object([
          "prefect.resource.id": .list([.string("prefect.deployment.\(Self.here)"), .string("x")])
        ]))
    #expect(automation.actions[0]["deployment_id"] == .string(Self.here))
    #expect(automation.actions[0]["note"] == .string("not-\(Self.deployment)"))
  }

  @Test func blocksAreDecrypted() throws {
    let row = try PrefectRow(
      """
      {"id": "\(Self.run)", "name": "b", "data": "token", "references": {"login": "\(Self.task)"}, "is_anonymous": true}
      """)
    let block = try row.block { token in Array(#"{"password": "\#(token)!"}"#.utf8) }
    #expect(block.data == ["password": .string("token!")])
    #expect(block.references == ["login": Self.task] && block.anonymous)
    #expect(throws: RowFault.self) { try row.block { _ in Array("[]".utf8) } }
  }
}
