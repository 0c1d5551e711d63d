// Checks that a deployment of Prefect's comes back as it went in.

import MartletModel
import MartletProto
import MartletWire
import Testing

@testable import MartletPrefect

@Suite struct DeploymentMappingTests {
  private static let flowID = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"

  private func deployment(_ members: String) throws -> MartletProto.Deployment {
    let body = try JSON(parsing: #"{"name": "d", "flow_id": "\#(Self.flowID)"\#(members)}"#)
    var flow = MartletProto.Flow()
    flow.id = Self.flowID
    flow.name = "f"
    var deployment = try MartletProto.Deployment(
      Shape.DeploymentCreate(body, at: []), of: flow, body: body)
    deployment.id = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f91"
    for place in deployment.schedules.indices {
      deployment.schedules[place].id = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f9\(2 + place)"
    }
    return deployment
  }

  private func shown(_ deployment: MartletProto.Deployment) throws -> JSON {
    let id = try #require(UUIDValue(text: Self.flowID))
    return try Shape.DeploymentResponse(deployment, flowID: id, queue: nil, isReady: nil).json
  }

  @Test(arguments: [
    #"{"cron": "0 3 * * 1", "timezone": "Europe/Berlin", "day_or": true}"#,
    #"{"cron": "*/5 * * * *", "day_or": false}"#,
    #"{"interval": 2.5, "anchor_date": "2026-11-21T00:00:00Z", "timezone": "UTC"}"#,
    #"{"rrule": "FREQ=DAILY;COUNT=3", "timezone": "Asia/Tokyo"}"#,
  ]) func schedulesComeBack(_ rule: String) throws {
    let made = try deployment(
      #", "schedules": [{"schedule": \#(rule), "active": false, "slug": "s", "max_scheduled_runs": 7,"#
        + #" "parameters": {"n": 1}}]"#)
    let schedule = try #require(made.schedules.first)
    #expect(schedule.catchUp?.choice == CatchUpPolicy.Choice.none)
    let shown = try Shape.DeploymentSchedule(schedule, of: made)
    #expect(shown.schedule == (try JSON(parsing: rule)))
    #expect(shown.active == false && shown.slug == "s" && shown.maxScheduledRuns == 7)
    #expect(shown.parameters == .object([("n", .integer(1))]))
  }

  @Test(arguments: [#"{"interval": 0}"#, #"{"interval": -1}"#, #"{}"#, #"{"cron": 3}"#])
  func aScheduleThatIsNoneIsRefused(_ rule: String) {
    #expect(throws: ShapeFault.self) {
      try deployment(#", "schedules": [{"schedule": \#(rule)}]"#)
    }
  }

  @Test func whatMartletHasNoPlaceForIsKept() throws {
    let members = [
      #""entrypoint": "flows.py:main""#, #""path": "/srv""#,
      #""pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/srv"}}]"#,
      #""concurrency_limit": 2"#,
      #""concurrency_options": {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 90}"#,
      #""labels": {"team": "a"}"#, #""enforce_parameter_schema": false"#, #""tags": ["t"]"#,
    ]
    let made = try deployment(", " + members.joined(separator: ", "))
    #expect(made.spec?.executable == .entrypoint("flows.py:main"))
    #expect(made.spec?.workerLabels == DeploymentNote.workerLabels)
    #expect(made.spec?.runLabels == ["team": "a", "prefect.flow.id": Self.flowID])
    #expect(made.collisionStrategy == .cancelNew && made.spec?.allowAnyParameters == true)
    let shown = try shown(made)
    for name in ["entrypoint", "path", "pull_steps", "concurrency_options", "tags"] {
      let sent = try JSON(parsing: "{" + members.joined(separator: ", ") + "}")
      #expect(shown[name] == sent[name], "\(name)")
    }
    #expect(shown["global_concurrency_limit"]?["limit"] == .integer(2))
  }

  @Test func whatIsNotSaidStays() throws {
    var made = try deployment(
      #", "entrypoint": "a.py:b", "description": "old", "schedules": [{"schedule": {"cron": "@daily"}, "slug": "one"}]"#
    )
    let body = try JSON(
      parsing: #"{"paused": true, "schedules": [{"slug": "one", "active": false},"#
        + #" {"slug": "two", "schedule": {"cron": "@hourly"}}]}"#)
    try made.take(Shape.DeploymentUpdate(body, at: []), body: body)
    #expect(made.paused == true && made.description == "old")
    #expect(DeploymentNote(made.spec)["entrypoint"] == .text("a.py:b"))
    #expect(made.schedules.map(\.slug) == ["one", "two"])
    #expect(made.schedules.map(\.paused) == [true, false])
    // Without slugs they are all there are.
    let others = try JSON(parsing: #"{"schedules": [{"schedule": {"cron": "@weekly"}}]}"#)
    try made.take(Shape.DeploymentUpdate(others, at: []), body: others)
    #expect(made.schedules.count == 1)
  }
}
