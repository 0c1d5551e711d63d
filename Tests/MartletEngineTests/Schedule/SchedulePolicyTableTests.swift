// Decides, written by hand, what becomes of the times of a schedule: for each policy of what was missed and of what overlaps,
// and each thing that can happen.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@testable import MartletEngine

@Suite(.timeLimit(.minutes(10))) struct SchedulePolicyTableTests {
  /// Something that happens to hourly schedules. The next times of each are in half an hour, one and a half, two and a
  /// half: those have runs.
  enum Event: String, CaseIterable {
    /// No server looks for four hours: three times have runs that nobody saw, one has none.
    case serverDown
    /// The same, while the first of the three goes on.
    case serverDownWhileARunGoesOn
    /// The same as the first, and the schedule is edited before anybody looks.
    case editedAfterTheServerWasDown
    /// The schedule is paused for four hours.
    case schedulePaused
    /// The deployment is paused for four hours.
    case deploymentPaused
    /// The clock goes back four hours, and comes again; then one more hour passes.
    case clockBack
  }

  private static let catchUps: [(String, CatchUp)] = [
    ("NONE", CatchUp(.none)), ("LATEST", CatchUp(.latest)), ("ALL", CatchUp(.all)),
    ("within", CatchUp(.all, within: .seconds(6300))),
  ]
  private static let overlaps: [Overlap] = [.allow, .skip, .bufferOne, .cancelRunning]

  /// What becomes of the times that passed, by ALLOW, SKIP, BUFFER_ONE and CANCEL_RUNNING: how many start, wait (w), are
  /// skipped (s), missed (m), cancelled (c).
  private static let table: [Event: [String: [String]]] = [
    .serverDown: [
      "NONE": ["3m", "3m", "3m", "3m"],
      "LATEST": ["1 3m", "1 3m", "1 3m", "1 3m"],
      "ALL": ["4", "1 3s", "1 1w 2s", "1 3s"],
      "within": ["2 2m", "1 1s 2m", "1 1w 2m", "1 1s 2m"],
    ],
    .serverDownWhileARunGoesOn: [
      "NONE": ["1 2m", "1 2m", "1 2m", "1 2m"],
      "LATEST": ["2 2m", "1 1s 2m", "1 1w 2m", "1 2m 1c"],
      "ALL": ["4", "1 3s", "1 1w 2s", "1 2s 1c"],
      "within": ["3 1m", "1 2s 1m", "1 1w 1s 1m", "1 1s 1m 1c"],
    ],
    .editedAfterTheServerWasDown: [
      "NONE": ["3m", "3m", "3m", "3m"],
      "LATEST": ["1 2m", "1 2m", "1 2m", "1 2m"],
      "ALL": ["3", "1 2s", "1 1w 1s", "1 2s"],
      "within": ["1 2m", "1 2m", "1 2m", "1 2m"],
    ],
    .schedulePaused: nothing, .deploymentPaused: nothing,
    .clockBack: [
      "NONE": ["1m", "1m", "1m", "1m"],
      "LATEST": ["1", "1", "1", "1"],
      "ALL": ["1", "1", "1", "1"],
      "within": ["1", "1", "1", "1"],
    ],
  ]
  private static let nothing = Dictionary(
    uniqueKeysWithValues: ["NONE", "LATEST", "ALL", "within"].map { ($0, ["", "", "", ""]) })

  @Test(arguments: Event.allCases) func whatBecomesOfTimes(_ event: Event) async throws {
    try await EngineFixture.with { fixture in
      let scheduler = Scheduler(fixture.context)
      var deployments: [DeploymentID] = []
      for (name, catchUp) in Self.catchUps {
        for overlap in Self.overlaps {
          let spec = try await fixture.hourly {
            $0.catchUp = catchUp
            $0.overlap = overlap
          }
          deployments.append(try await fixture.deploy("\(name)-\(overlap)", [spec]))
        }
      }
      try await scheduler.settle()
      #expect(Set(try await fixture.outcomes().values) == ["a3"])
      try await happen(event, to: deployments, fixture)
      try await scheduler.settle()
      let outcomes = try await fixture.outcomes()
      let expected = try #require(Self.table[event])
      for (name, _) in Self.catchUps {
        for (overlap, outcome) in zip(Self.overlaps, expected[name] ?? []) {
          #expect(
            outcomes["\(name)-\(overlap)"] == (outcome.isEmpty ? "a3" : "\(outcome) a3"),
            "\(event.rawValue), \(name), \(overlap)")
        }
      }
      // Nothing is left to decide, whoever looks next.
      try await fixture.sql("UPDATE schedule SET wake_time = now()")
      try await Scheduler(fixture.context).settle()
      #expect(try await fixture.outcomes() == outcomes)
      #expect(
        try await fixture.number(
          """
          SELECT count(*) FROM (
            SELECT FROM run_deployment GROUP BY schedule_id, schedule_time HAVING count(*) > 1) d
          """) == 0)
    }
  }

  private func happen(
    _ event: Event, to deployments: [DeploymentID], _ fixture: EngineFixture
  ) async throws {
    let (store, namespace) = (fixture.store, fixture.namespace)
    func pause(_ isPaused: Bool, schedule: String?) async throws {
      for id in deployments {
        _ = try await store.pauseDeployment(
          .id(id), in: namespace, schedule: schedule, isPaused: isPaused, actor: "tester")
      }
    }
    switch event {
    case .serverDown: try await fixture.pass(hours: 4)
    case .serverDownWhileARunGoesOn:
      try await fixture.sql(
        """
        UPDATE work_item w SET gate = 0
        WHERE due = (SELECT min(o.due) FROM work_item o WHERE o.schedule_id = w.schedule_id)
        """)
      try await fixture.pass(hours: 4)
    case .editedAfterTheServerWasDown:
      try await fixture.pass(hours: 4)
      for id in deployments {
        var specs = try await store.schedules(of: id).map(\.schedule.spec)
        specs[0].parameters = #"{"n":1}"#
        try await store.replaceSchedules(specs, of: id, in: namespace, actor: "tester")
      }
    case .schedulePaused, .deploymentPaused:
      let slug = event == .schedulePaused ? "s" : nil
      try await pause(true, schedule: slug)
      #expect(Set(try await fixture.outcomes().values) == ["a0"])
      try await fixture.sql(
        """
        UPDATE schedule SET made_until = made_until - interval '4 h', fired_until = fired_until - interval '4 h',
          since = since - interval '4 h'
        """)
      try await Scheduler(fixture.context).settle()
      try await pause(false, schedule: slug)
    case .clockBack:
      try await fixture.pass(hours: -4)
      try await Scheduler(fixture.context).settle()
      #expect(Set(try await fixture.outcomes().values) == ["a3"])
      try await fixture.pass(hours: 5)
    }
  }
}
