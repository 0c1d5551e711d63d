// Decides which filters of events are understood, and which events pass them.

import MartletModel
import Testing

@Suite struct EventFilterTests {
  private let run = RunID(high: 0x0199_d3a1_7c00_7a3f, low: 0x8e21_4b5d_6c7e_8f90)

  private func event(_ kind: RunKind = .flow, _ state: String = "Completed") -> TransitionEvent {
    TransitionEvent(
      runID: run, revision: 3, namespace: .standard, time: Instant(microseconds: 1_000_000),
      from: .running, fromName: "Running", to: .completed, toName: state, message: "", epoch: 1,
      attempt: 1, rule: "r", actor: "a", run: RunCaption(kind: kind, name: "n", definition: "d"))
  }

  @Test func transitionsAreNamedByKindAndState() {
    #expect(event().name == "martlet.flow-run.Completed")
    #expect(event(.task, "Late").name == "martlet.task-run.Late")
    #expect(event().resourceID == "martlet.flow-run.\(run)")
    #expect(event().id == "\(run)/3")
  }

  @Test func everyComparisonMustHold() throws {
    let passing = [
      "", #"name = "martlet.flow-run.*""#, #"name = "martlet.flow-run.Completed""#,
      #"resource.id = "martlet.flow-run.\#(run)" AND run_id = "\#(run)""#,
      #"time >= "1970-01-01T00:00:01Z" AND time < "1970-01-01T00:00:02Z""#,
      #"time = "1970-01-01T00:00:01Z""#,
    ]
    for text in passing {
      let matches = try EventFilter(text).matches(event())
      #expect(matches, "\(text)")
    }
    let others = [
      #"name = "martlet.task-run.*""#, #"name = "martlet.flow-run""#,
      #"resource.id = "martlet.task-run.\#(run)""#,
      #"time > "1970-01-01T00:00:01Z""#, #"time < "1970-01-01T00:00:01Z""#,
      #"name = "martlet.*" AND run_id = "0199d3a1-7c00-7a3f-8e21-000000000000""#,
    ]
    for text in others {
      let matches = try EventFilter(text).matches(event())
      #expect(!matches, "\(text)")
    }
  }

  @Test func aFilterTellsWhichTablesMayHoldWhatPasses() throws {
    let all = try EventFilter("")
    #expect(all.admitsPublished && all.transitions != nil)
    let published = try EventFilter(#"name = "order.*""#)
    #expect(published.admitsPublished && published.transitions == nil)
    let own = try EventFilter(#"name = "martlet.flow-run.Completed""#)
    #expect(!own.admitsPublished && own.transitions != nil)
    // Deletions are kept where published events are.
    for text in ["martlet.flow-run.*", "martlet.task-run.Deleted"] {
      let mixed = try EventFilter("name = \"\(text)\"")
      #expect(mixed.admitsPublished && mixed.transitions != nil)
    }
    let both = try EventFilter(#"name = "mar*""#)
    #expect(both.admitsPublished && both.transitions != nil)
    let one = try EventFilter(#"resource.id = "martlet.task-run.\#(run)""#)
    #expect(one.transitions?.run == run && one.transitions?.kind == .task)
    let other = try EventFilter(#"resource.id = "shop.order.1""#)
    #expect(other.admitsPublished && other.transitions == nil)
  }

  @Test(arguments: [
    "nonsense", "name", "name =", "name < a", "name = a name = b", "name = a OR name = b",
    "NOT name = a", "(name = a)", "name = a AND", "name = a AND name = b", "run_id = 7",
    "run_id = *", "resource.id = a*", "time = yesterday", "time != \"1970-01-01T00:00:01Z\"",
    "payload.x = 1", "name = \"a\0\"", "name = \"open",
  ])
  func whatIsNotUnderstoodIsRefused(text: String) {
    #expect(throws: QueryError.self) { _ = try EventFilter(text) }
  }
}
