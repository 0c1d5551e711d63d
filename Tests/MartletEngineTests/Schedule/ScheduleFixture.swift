// Decides what tests of the scheduler over a real store share: deployments with schedules, time that has passed, what became
// of it all.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@testable import MartletEngine

extension EngineFixture {
  /// Makes a deployment with schedules.
  func deploy(_ name: String, _ specs: [ScheduleSpec]) async throws -> DeploymentID {
    var content = DeploymentContent(flow: "etl", name: name)
    content.schedules = specs
    content.spec.allowsAnyParameters = true
    return try await store.createDeployment(content, in: namespace, actor: "tester").deployment.id
  }

  /// A schedule for every hour, whose next time is in half an hour.
  func hourly(_ change: (inout ScheduleSpec) -> Void = { _ in }) async throws -> ScheduleSpec {
    let now = try await store.ping()
    let rule = try IntervalRule(length: .hours(1), anchor: now + .seconds(1800))
    var spec = ScheduleSpec(slug: "s", schedule: try Schedule(.interval(rule)))
    spec.horizon = .init(minRuns: 3, maxRuns: 5, ahead: .zero)
    change(&spec)
    return spec
  }

  /// Lets so many hours pass, or come back, during which nobody looks.
  ///
  /// The ids of runs still name their old times: a new generation keeps them from being taken for those of others, and
  /// `since` from being taken for leftovers.
  func pass(hours: Int) async throws {
    try await sql(
      """
      UPDATE schedule SET made_until = made_until - interval '\(hours) h', generation = generation + 1,
        fired_until = fired_until - interval '\(hours) h', since = now(), wake_time = now(), taken_until = NULL
      WHERE NOT is_held;
      UPDATE work_item SET due = due - interval '\(hours) h';
      UPDATE run_deployment SET schedule_time = schedule_time - interval '\(hours) h';
      """)
  }

  /// What became of the runs of each deployment: started, waiting, skipped, missed, cancelled; and of how many of them the
  /// time is to come.
  func outcomes() async throws -> [String: String] {
    let lines = try await text(
      """
      SELECT coalesce(string_agg(line, ';'), '') FROM (
        SELECT d.name || '=' || concat_ws(' ', nullif(count(*) FILTER (WHERE w.gate = 0), 0)::text,
          nullif(count(*) FILTER (WHERE w.gate = 2), 0) || 'w',
          nullif(count(*) FILTER (WHERE s.state_name = 'Skipped'), 0) || 's',
          nullif(count(*) FILTER (WHERE s.state_name = 'Missed'), 0) || 'm',
          nullif(count(*) FILTER (WHERE s.state_type = 8 AND s.state_name NOT IN ('Skipped', 'Missed')), 0) || 'c',
          'a' || count(*) FILTER (WHERE w.gate = 1)) AS line
        FROM deployment d LEFT JOIN run_deployment r ON r.deployment_id = d.id
        LEFT JOIN run_state s ON s.id = r.run_id LEFT JOIN work_item w ON w.run_id = r.run_id
        GROUP BY d.name) l
      """)
    return lines.split(separator: ";").reduce(into: [:]) { outcomes, line in
      let parts = line.split(separator: "=")
      outcomes[String(parts[0])] = String(parts[1])
    }
  }
}

extension Scheduler {
  /// Works until there is nothing to do.
  func settle() async throws {
    #expect(try await comesToAnEnd(), "the scheduler finds no end")
  }

  /// Works until there is nothing to do; false when something stays in the hands of another.
  func comesToAnEnd() async throws -> Bool {
    for _ in 0..<100 where try await pass() > .milliseconds(20) { return true }
    return false
  }
}
