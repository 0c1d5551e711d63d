// Checks that filters of Prefect's become filters that Martlet understands, and that nothing of one is passed over.

import MartletModel
import MartletProto
import Testing

@testable import MartletPrefect

@Suite struct RunFilterTests {
  private func filter(_ text: String, _ table: [String: RunFilter.Criterion] = RunFilter.own) throws
    -> RunFilter
  {
    var filter = RunFilter(.flow)
    try filter.add(JSON(parsing: text), table, "flow_runs")
    return filter
  }

  @Test func everyCriterionIsAFilterOfMartlets() throws {
    let id = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"
    for table in [
      RunFilter.own, RunFilter.flowRunsOfTaskRuns, RunFilter.flowsOfFlowRuns,
      RunFilter.deploymentsOfFlowRuns, RunFilter.poolsOfFlowRuns,
    ] {
      for (path, criterion) in table {
        let value =
          switch criterion.field {
          case "state.type": "FAILED"
          case "start_time", "end_time", "expected_time": "2026-11-21T00:00:00Z"
          case "name", "tags", "definition", "state.name", "pool": #"a* \"b\" \\ \n\tc"#
          default: id
          }
        let isList =
          criterion.comparison == .any || criterion.comparison == .none
          || criterion.comparison == .all
        var body = isList ? #"["\#(value)", "\#(value)"]"# : #""\#(value)""#
        if criterion.comparison == .missing { body = "true" }
        for part in path.split(separator: ".").reversed() { body = #"{"\#(part)": \#(body)}"# }
        let text = try filter(body, table).text
        #expect(throws: Never.self, "\(text)") { try FilterExpression.parse(text) }
      }
    }
  }

  @Test func criteriaHoldTogether() throws {
    let text = try filter(
      """
      {"operator": "and_", "name": {"any_": ["a", "b"]}, "tags": null,
       "state": {"operator": "and_", "type": {"any_": ["FAILED"]}, "name": null}}
      """
    ).text
    #expect(text == #"kind = FLOW AND (name = "a" OR name = "b") AND state.type = "FAILED""#)
  }

  /// A subflow and the task run that stands for it are one run under two ids.
  @Test func aTaskRunIsLookedForAsTheSubflowThatItStandsFor() throws {
    let id = try #require(UUIDValue(text: "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"))
    #expect(id.twin.text == "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f91" && id.twin.twin == id)
    let text = try filter(#"{"parent_task_run_id": {"any_": ["\#(id.text)"]}}"#).text
    #expect(text == #"kind = FLOW AND id = "\#(id.twin.text)""#)
    var tasks = RunFilter(.task)
    try tasks.add(JSON(parsing: #"{"id": {"any_": ["\#(id.text)"]}}"#), RunFilter.own, "task_runs")
    #expect(tasks.text == #"(id = "\#(id.text)" OR id = "\#(id.twin.text)")"#)
    #expect(RunFilter(.task).text == "kind = TASK")
  }

  @Test func anEmptyListMatchesNothing() throws {
    #expect(try filter(#"{"id": {"any_": []}}"#).isImpossible)
    #expect(try !filter(#"{"id": {"not_any_": []}}"#).isImpossible)
  }

  @Test(arguments: [
    #"{"flow_version": {"any_": ["1"]}}"#, #"{"operator": "or_"}"#, #"{"id": "x"}"#,
    #"{"idempotency_key": {"any_": ["x"]}}"#,
  ])
  func whatIsNotInTheTableIsRefused(_ text: String) {
    let failure = #expect(throws: PrefectFailure.self) { try filter(text) }
    #expect(failure?.status == 501)
  }
}
