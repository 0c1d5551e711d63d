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
      RunFilter.deploymentsOfFlowRuns, RunFilter.poolsOfFlowRuns, RunFilter.queuesOfFlowRuns,
      RunFilter.flowsOfTaskRuns, RunFilter.deploymentsOfTaskRuns, RunFilter.poolsOfTaskRuns,
      RunFilter.queuesOfTaskRuns,
    ] {
      for (path, criterion) in table {
        let value =
          switch criterion.field.replacing("parent.", with: "") {
          case "state.type": "FAILED"
          case "start_time", "end_time", "expected_time": "2026-11-21T00:00:00Z"
          case "name", "tags", "definition", "state.name", "pool", "queue": #"a* \"b\" \\ \n\tc"#
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

  @Test func oneOfTheCriteriaHolds() throws {
    let some = try filter(
      #"{"operator": "or_", "name": {"any_": ["a"]}, "tags": {"all_": ["b", "c"]}}"#)
    #expect(some.text == #"kind = FLOW AND ((name = "a") OR (tags:"b" AND tags:"c"))"#)
    let one = try filter(
      #"{"operator": "or_", "name": {"any_": ["a"]}, "id": {"any_": []}, "tags": null}"#)
    #expect(one.text == #"kind = FLOW AND (name = "a")"# && !one.isImpossible)
    #expect(try filter(#"{"operator": "or_", "id": {"any_": []}}"#).isImpossible)
    #expect(try filter(#"{"operator": "or_"}"#) == RunFilter(.flow))
    var queues = RunFilter(.task)
    queues.add(queues: [("p", "q")])
    #expect(queues.text == #"kind = TASK AND (parent.pool = "p" AND parent.queue = "q")"#)
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
    #"{"flow_version": {"any_": ["1"]}}"#, #"{"operator": "xor_"}"#, #"{"id": "x"}"#,
    #"{"idempotency_key": {"any_": ["x"]}}"#,
  ])
  func whatIsNotInTheTableIsRefused(_ text: String) {
    let failure = #expect(throws: PrefectFailure.self) { try filter(text) }
    #expect(failure?.status == 501)
  }
}
