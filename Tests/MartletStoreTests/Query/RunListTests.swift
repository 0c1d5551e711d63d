// Decides that filters, orders and pages give the runs they say, whatever their values hold.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct RunListTests {
  @Test func filtersByEveryField() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let parent = TestRun()
      let child = TestRun()
      let other = TestRun(try Namespace("other"))
      _ = try await store.transitions.submit([
        parent.create(
          .flow, definition: "etl", labels: ["team": "x'; DROP TABLE run; --"], tags: ["a", "b"]),
        child.create(definition: "load", parent: parent.id, labels: ["team": "data"]),
        other.create(definition: "etl"),
        parent.propose(.running, seq: 2), parent.propose(.failed(.init()), seq: 3),
      ])
      let all = Set([parent.id, child.id])
      let cases: [(FilterExpression?, Set<RunID>)] = [
        (nil, all),
        (.compare(.stateType, .equal, .stateType(.failed)), [parent.id]),
        (.compare(.stateType, .notEqual, .stateType(.failed)), [child.id]),
        (.compare(.kind, .equal, .kind(.flow)), [parent.id]),
        (.compare(.definition, .equal, .text("load")), [child.id]),
        (.compare(.definition, .has, .text("LOA")), [child.id]),
        (.compare(.definition, .equal, .prefix("et")), [parent.id]),
        (.compare(.definition, .notEqual, .prefix("et")), [child.id]),
        (.compare(.parentID, .equal, .id(parent.id)), [child.id]),
        (.compare(.rootID, .equal, .id(parent.id)), all),
        (.has(.parentID), [child.id]),
        (.not(.has(.parentID)), [parent.id]),
        (.has(.endTime), [parent.id]),
        (.compare(.parent(.definition), .equal, .text("etl")), [child.id]),
        (.compare(.parent(.definition), .equal, .text("load")), []),
        (.compare(.parent(.definition), .notEqual, .text("etl")), [parent.id]),
        (.compare(.parent(.definition), .equal, .prefix("et")), [child.id]),
        (.compare(.parent(.stateType), .equal, .stateType(.failed)), [child.id]),
        (.compare(.parent(.tags), .has, .text("b")), [child.id]),
        (.has(.parent(.endTime)), [child.id]),
        (.not(.has(.parent(.endTime))), [parent.id]),
        (.compare(.queue, .equal, .text("none")), []),
        (.compare(.tags, .has, .text("b")), [parent.id]),
        (.compare(.tags, .notEqual, .text("b")), [child.id]),
        (.compare(.label("team"), .equal, .text("x'; DROP TABLE run; --")), [parent.id]),
        (.compare(.label("team"), .notEqual, .text("data")), [parent.id]),
        (.compare(.label("none"), .notEqual, .text("data")), all),
        (.has(.label("team")), all),
        (.compare(.id, .equal, .id(child.id)), [child.id]),
        (.compare(.stateName, .equal, .text("Failed")), [parent.id]),
        (.compare(.createTime, .greater, .time(.epoch)), all),
        (.compare(.startTime, .less, .time(.epoch)), []),
        (
          .any([
            .all([
              .compare(.kind, .equal, .kind(.flow)), .compare(.tags, .has, .text("z")),
            ]), .compare(.stateName, .equal, .text("Pending")),
          ]), [child.id]
        ),
      ]
      for (filter, expected) in cases {
        let page = try await store.listRuns(
          RunQuery(namespace: fixture.namespace, filter: filter))
        #expect(Set(page.runs.map(\.id)) == expected, "\(String(describing: filter))")
        let (counts, _) = try await store.countRuns(
          in: fixture.namespace, filter: filter, by: [.definition])
        #expect(counts.reduce(0) { $0 + $1.runs } == Int64(expected.count))
      }
    }
  }

  /// Each run is in the stretch of time in which it was expected, with how long it ran and how late it was.
  @Test func countsByStretchesOfTime() async throws {
    try await StoreFixture.with { fixture in
      let runs = (0..<4).map { _ in TestRun() }
      _ = try await fixture.store.transitions.submit(
        runs.map { $0.create() } + runs[..<3].map { $0.propose(.running, seq: 2) }
          + runs[..<2].map { $0.propose(.completed(.init()), seq: 3) })
      let start = Instant(microseconds: 1_700_000_000_000_000)
      try await fixture.sql(
        """
        UPDATE run SET create_time = to_timestamp(1700000000 + 90), due_time = NULL;
        UPDATE run SET due_time = to_timestamp(1700000000 + 5) WHERE id = '\(runs[0].id)';
        UPDATE run_state SET start_time = to_timestamp(1700000000 + 95), running_us = 2000000,
          end_time = CASE WHEN state_type = 6 THEN now() END WHERE start_time IS NOT NULL
        """)
      let (counts, _) = try await fixture.store.countRuns(
        in: fixture.namespace, filter: try FilterExpression.parse("end_time:*"), by: [.stateType],
        in: RunBuckets(.expectedTime, width: .seconds(60), start: start), withTimes: true)
      let sorted = counts.sorted { ($0.bucket ?? .epoch) < ($1.bucket ?? .epoch) }
      #expect(sorted.map(\.bucket) == [start, start + .seconds(60)])
      #expect(sorted.map(\.runs) == [1, 1] && sorted.map(\.stateType) == [.completed, .completed])
      #expect(sorted.map(\.runningTime) == [.seconds(2), .seconds(2)])
      #expect(sorted.map(\.lateness) == [.seconds(90), .seconds(5)])
      let (started, _) = try await fixture.store.countRuns(
        in: fixture.namespace, by: [],
        in: RunBuckets(.startTime, width: .seconds(60), start: start))
      #expect(Set(started.map(\.bucket)) == [nil, start + .seconds(60)])
      #expect(started.reduce(0) { $0 + $1.runs } == 4)
      let expected = try await fixture.store.listRuns(
        RunQuery(
          namespace: fixture.namespace,
          filter: try FilterExpression.parse(
            "expected_time < \"\((start + .seconds(60)).rfc3339)\"")))
      #expect(expected.runs.map(\.id) == [runs[0].id])
    }
  }

  @Test(arguments: RunOrder.Key.allCases, [true, false])
  func pagesEveryRunOnceInEveryOrder(key: RunOrder.Key, isDescending: Bool) async throws {
    try await StoreFixture.with { fixture in
      let runs = (0..<23).map { _ in TestRun() }
      // Created at once, so that times are equal; some never start or end.
      _ = try await fixture.store.transitions.submit(runs.map { $0.create() })
      _ = try await fixture.store.transitions.submit(
        runs[..<15].map { $0.propose(.running, seq: 2) })
      _ = try await fixture.store.transitions.submit(
        runs[..<9].map { $0.propose(.completed(.init()), seq: 3) })
      let order = RunOrder(key: key, isDescending: isDescending)
      var query = RunQuery(namespace: fixture.namespace, order: order, pageSize: 4)
      var seen: [RunRecord] = []
      while true {
        let page = try await fixture.store.listRuns(query)
        #expect(page.runs.count <= 4)
        seen += page.runs
        guard let next = page.next else { break }
        query.after = PageToken(order: order, time: next.time, id: next.id, question: 0)
      }
      #expect(seen.count == 23)
      #expect(Set(seen.map(\.id)) == Set(runs.map(\.id)))
      let times = seen.map { run -> Instant? in
        switch key {
        case .id: nil
        case .createTime: run.createTime
        case .startTime: run.snapshot.startTime
        case .endTime: run.snapshot.endTime
        }
      }
      for (one, two) in zip(zip(times, seen.map(\.id)), zip(times, seen.map(\.id)).dropFirst()) {
        switch (one.0, two.0) {
        case (let a?, let b?) where a != b: #expect(isDescending ? a > b : a < b)
        case (nil, .some): Issue.record("a run without a time before one that has it")
        case (.some, nil): break
        default: #expect(isDescending ? one.1 > two.1 : one.1 < two.1)
        }
      }
    }
  }
}
