// Checks how bodies are read: what fits, and what is said of what does not.

import MartletModel
import MartletProto
import Testing

@testable import MartletPrefect

@Suite struct ShapeTests {
  private func read<T: ShapeValue>(_ text: String, as type: T.Type) throws -> T {
    try T(JSON(parsing: text), at: ["body"])
  }

  @Test func aBodyOfTheClientIsRead() throws {
    let body = try read(
      """
      {"flow_id": "0199D3A1-7C00-7A3F-8E21-4B5D6C7E8F90", "name": "calm-gull", "tags": ["a"],
       "parameters": {"n": 1.50}, "labels": {"x": true}, "empirical_policy": {"retries": 2, "retry_delay": 3},
       "state": {"type": "PENDING", "state_details": {"transition_id": null,
         "scheduled_time": "2026-11-21 05:53:27.896644+00:00"}}}
      """, as: Shape.FlowRunCreate.self)
    #expect(body.flowID.text == "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90")
    #expect(body.state?.type == .pending)
    #expect(
      body.state?.stateDetails?.scheduledTime?.rfc3339 == "2026-11-21T05:53:27.896644Z")
    #expect(body.empiricalPolicy?.retries == 2)
    #expect(body.labels?.texts == ["x": "true"])
    let again = try Shape.FlowRunCreate(body.json, at: [])
    #expect(again.json == body.json)
  }

  /// Prefect's server says the same of each; what its pydantic makes of them was tried.
  @Test(arguments: [
    (#""2026-11-21T05:52:56""#, "2026-11-21T05:52:56Z"),
    (#""2026-11-21 05:52""#, "2026-11-21T05:52:00Z"),
    (#""2026-11-21""#, "2026-11-21T00:00:00Z"), ("1763700000", "2025-11-21T04:40:00Z"),
    (#""1763700000""#, "2025-11-21T04:40:00Z"), ("1763700000000", "2025-11-21T04:40:00Z"),
    ("1763700000.5", "2025-11-21T04:40:00.500000Z"),
    (#""2026-11-21T05:52:56+0100""#, "2026-11-21T04:52:56Z"),
    (#""2026-11-21T05:52:56.123456789Z""#, "2026-11-21T05:52:56.123456Z"),
  ])
  func timesComeInManyForms(text: String, time: String) throws {
    #expect(try read(text, as: Instant.self).rfc3339 == time)
  }

  @Test(arguments: [
    #""2026-11-21T""#, #""2026-11-21T05""#, #""05:52""#, #""soon""#, #""nan""#, #""0x10""#, "true",
    "1e300", #""""#,
  ])
  func whatIsNoTimeIsNone(text: String) throws {
    #expect(throws: ShapeFault.self) { try read(text, as: Instant.self) }
  }

  @Test func otherFormsOfPlainValues() throws {
    for id in [
      "0199d3a17c007a3f8e214b5d6c7e8f90", "{0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90}",
      "urn:uuid:0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90", "0199D3A1-7C00-7A3F-8E21-4B5D6C7E8F90",
    ] {
      #expect(UUIDValue(anyForm: id)?.text == "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90")
    }
    #expect(UUIDValue(anyForm: "0199d3a17c007a3f8e214b5d6c7e8f9") == nil)
    #expect(UUIDValue(anyForm: "0199d3a17c007a3f8e214b5d6c7e8f9g") == nil)
    #expect(try ["5", "5.0", #""5""#, "5e0"].map { try read($0, as: Int.self) } == [5, 5, 5, 5])
    for text in ["5.5", #""x""#, "null", "[]", "1e300"] {
      #expect(throws: ShapeFault.self) { try read(text, as: Int.self) }
    }
    #expect(try read(#""2.5""#, as: Double.self) == 2.5)
    #expect(
      try ["true", "1", #""Yes""#, #""on""#].map { try read($0, as: Bool.self) } == [
        true, true, true, true,
      ])
    #expect(
      try ["false", "0", #""NO""#].map { try read($0, as: Bool.self) } == [false, false, false])
    #expect(throws: ShapeFault.self) { try read("2", as: Bool.self) }
  }

  @Test(arguments: [
    (#"{"name": "x"}"#, ["body", "flow_id"], "missing"),
    (#"{"flow_id": "x"}"#, ["body", "flow_id"], "uuid_parsing"),
    (
      #"{"flow_id": "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90", "flow": 1}"#, ["body", "flow"],
      "extra_forbidden"
    ),
    (
      #"{"flow_id": "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90", "state": {"type": "DONE"}}"#,
      ["body", "state", "type"], "enum"
    ),
    (
      #"{"flow_id": "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90", "tags": ["a", 2]}"#,
      ["body", "tags", "1"], "string_type"
    ),
    ("[]", ["body"], "dict_type"),
  ])
  func aFaultSaysWhere(_ text: String, _ location: [String], _ type: String) throws {
    let fault = #expect(throws: ShapeFault.self) {
      try read(text, as: Shape.FlowRunCreate.self)
    }
    #expect(fault?.location == location)
    #expect(fault?.type == type)
  }

  @Test func aFaultIsToldInPrefectsShape() throws {
    let body = JSON.object([("name", .text("x"))])
    let failure = PrefectFailure(
      ShapeFault(location: ["body", "flow_id"], message: "Field required", type: "missing"),
      in: body)
    #expect(failure.status == 422)
    #expect(
      failure.body.description
        == #"{"exception_message":"Invalid request received.","exception_detail":[{"type":"missing","loc":["body","flow_id"],"msg":"Field required"}],"request_body":{"name":"x"}}"#
    )
  }

  @Test func labelsOfPrefectsAreNotShown() {
    var run = Run()
    run.labels = ["team": "x"]
    RunLabel.taskKey.set("add-0a1b2c3d", in: &run.labels)
    RunLabel.flowID.set("f", in: &run.labels)
    RunLabel.retries.set(String(repeating: "9", count: 600), in: &run.labels)
    #expect(run.value(.taskKey) == "add-0a1b2c3d")
    #expect(run.value(.retries) == nil)
    #expect(run.prefectLabels == ["team": .text("x"), "prefect.flow.id": .text("f")])
  }

  @Test func aTaskIsCalledByItsKeyWithoutTheHash() {
    func definition(_ key: String) -> String {
      NewTaskRun(
        id: .derived(from: ["x"]), taskKey: key, dynamicKey: "0", tags: [], labels: [:],
        inputs: [:]
      ).run.definition
    }
    #expect(definition("get-stars-0a1b2c3d") == "get-stars")
    #expect(definition("get-stars") == "get-stars")
    #expect(definition("add") == "add")
  }
}
