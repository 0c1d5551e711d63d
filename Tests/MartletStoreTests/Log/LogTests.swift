// Decides that a log line is kept once, whoever sends it how often, and read in one order.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct LogTests {
  private func lines(_ run: RunID, _ execution: ExecutionID, _ numbers: Range<Int64>) -> [LogLine] {
    let start = RunID.fresh().time ?? .epoch
    return numbers.map { number in
      LogLine(
        namespace: .standard, runID: run, executionID: execution, line: number,
        // Five lines a millisecond: ties are broken by the key.
        time: Instant(
          microseconds: start.microseconds / 1_000_000_000 * 1_000_000_000
            + number / 5 * 1000),
        level: number % 2 == 0 ? 20 : 40, message: "line \(number)",
        fields: number == 3 ? #"{"a": 1}"# : "")
    }
  }

  @Test func keepsALineOnce() async throws {
    try await StoreFixture.with { fixture in
      let logs = fixture.store.logs
      let run = RunID.fresh()
      let execution = TestRun().execution
      let all = lines(run, execution, 0..<100)
      #expect(try await logs.write(Array(all[..<60])).new == 60)
      #expect(try await logs.write(Array(all[40...])).new == 40)
      // The same lines from many callers at once, and twice in one call.
      let more = lines(run, execution, 100..<130)
      let new = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 { group.addTask { try await logs.write(more + more).new } }
        var sum = 0
        for try await count in group { sum += count }
        return sum
      }
      #expect(new == 30)
      #expect(try await fixture.number("SELECT count(*) FROM log") == 130)
    }
  }

  @Test func readsPagesInOneOrderBothWays() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let runs = [RunID.fresh(), RunID.fresh()]
      var all: [LogLine] = []
      for run in runs { all += lines(run, TestRun().execution, 0..<40) }
      _ = try await store.logs.write(all.shuffled())
      all.sort { $0.position < $1.position }
      for isDescending in [false, true] {
        var query = LogQuery(
          namespace: .standard, runs: runs, isDescending: isDescending, limit: 7)
        var seen: [LogLine] = []
        while true {
          let page = try await store.listLogs(query)
          if page.isEmpty { break }
          seen += page
          query.after = page.last?.position
        }
        #expect(seen == (isDescending ? all.reversed() : all))
      }
      let errors = try await store.listLogs(
        LogQuery(namespace: .standard, runs: runs, level: 40))
      #expect(errors.count == 40)
      let none = try await store.listLogs(
        LogQuery(namespace: try Namespace("other"), runs: runs))
      #expect(none.isEmpty)
    }
  }

  @Test func keepsLinesOfClocksThatAreFarOff() async throws {
    try await StoreFixture.with { fixture in
      let run = RunID.fresh()
      let times = [Instant(microseconds: 0), Instant(microseconds: 4_000_000_000_000_000)]
      let lines = times.map {
        LogLine(
          namespace: .standard, runID: run, executionID: TestRun().execution, line: 0, time: $0,
          message: "x")
      }
      #expect(try await fixture.store.logs.write(lines).new == 2)
      let read = try await fixture.store.listLogs(LogQuery(namespace: .standard, runs: [run]))
      #expect(read.map(\.time) == times)
    }
  }

  @Test func refusesWhatCannotBeStoredAndOnlyThat() async throws {
    try await StoreFixture.with { fixture in
      let logs = fixture.store.logs
      var bad = lines(.fresh(), TestRun().execution, 0..<2)
      bad[1].message = "a\0b"
      await #expect(throws: StoreError.self) { try await logs.write(bad) }
      bad[1].message = "fine"
      bad[1].fields = "{not json"
      let good = lines(.fresh(), TestRun().execution, 0..<5)
      let refused = Task { [bad] in try await logs.write(bad) }
      let kept = try await logs.write(good).new
      #expect(kept == 5)
      await #expect(throws: StoreError.self) { try await refused.value }
    }
  }
}
