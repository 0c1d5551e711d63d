// Decides that triggers say what they mean: how they are written, which events are their concern, and when they fire.

import Testing

@testable import MartletModel

@Suite struct TriggerTests {
  private func trigger(_ text: String) throws -> EventTrigger {
    guard case .event(let read) = try Trigger(try JSON(parsing: text), "trigger") else {
      throw InvalidValue("trigger", "is put together")
    }
    return read
  }

  private func event(
    _ name: String, at seconds: Int64 = 0, id: String = "x", related: [[String: String]] = []
  ) -> TriggerEvent {
    TriggerEvent(
      id: "\(name)-\(seconds)", names: [name], time: .epoch + .seconds(seconds),
      resource: ["id": id], related: related)
  }

  /// Puts events to a trigger; returns when it fired: the second at which its window began, and the count.
  private func firings(
    _ trigger: EventTrigger, _ events: [TriggerEvent], until: Int64? = nil
  ) -> [[Int64]] {
    var bucket = trigger.opening(at: .epoch)
    var fired: [[Int64]] = []
    func note(_ step: TriggerStep?) {
      guard let step else { return }
      bucket = step.bucket
      if let firing = step.firing {
        fired.append([firing.start.microseconds / 1_000_000, Int64(firing.count)])
      }
    }
    for event in events { note(trigger.step(bucket, event)) }
    if let until, let open = bucket { note(trigger.step(open, now: .epoch + .seconds(until))) }
    return fired
  }

  @Test func whatIsNotSaidHasItsDefault() throws {
    let reactive = try trigger(#"{"posture": "Reactive"}"#)
    #expect(reactive.threshold == 1 && reactive.within == .zero && reactive.expect.isEmpty)
    let proactive = try trigger(#"{"posture": "Proactive", "within": 0}"#)
    #expect(proactive.within == .seconds(10))
    for (text, seconds) in [
      ("90", 90), (#""PT1M30S""#, 90), (#""90.0""#, 90), (#""P1DT1H""#, 90_000),
    ] {
      let read = try trigger(#"{"posture": "Reactive", "within": \#(text)}"#)
      #expect(read.within == .seconds(Int64(seconds)))
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let text = """
      {"type": "event", "id": "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90", "posture": "Reactive",
       "match": {"id": ["a*", "!ab"], "name": "x"}, "match_related": [{"role": "flow"}, {"role": "tag"}],
       "after": ["b", "a"], "expect": "c", "for_each": ["related:flow:id", "id"], "threshold": 3.0,
       "within": 1.5}
      """
    let json = try JSON(parsing: text)
    let read = try Trigger(json, "trigger")
    #expect(try Trigger(read.json, "trigger") == read)
    #expect(read.json["within"] == .double(1.5) && read.json["threshold"] == .integer(3))
    for text in [
      #"{"type": "compound", "require": 1, "within": null, "triggers": [{"posture": "Reactive"}]}"#,
      #"{"type": "sequence", "within": 60, "triggers": [{"posture": "Reactive"}, {"posture": "Proactive"}]}"#,
    ] {
      let read = try Trigger(try JSON(parsing: text), "trigger")
      #expect(try Trigger(read.json, "trigger") == read)
    }
  }

  @Test(arguments: [
    (#"{}"#, "trigger.posture"), (#"{"posture": "Metric"}"#, "trigger.posture"),
    (#"{"posture": "Proactive", "within": 5}"#, "trigger.within"),
    (#"{"posture": "Reactive", "within": -1}"#, "trigger.within"),
    (#"{"posture": "Reactive", "threshold": 0}"#, "trigger.threshold"),
    (#"{"posture": "Reactive", "threshold": 1.5}"#, "trigger.threshold"),
    (#"{"posture": "Reactive", "match": []}"#, "trigger.match"),
    (#"{"posture": "Reactive", "expect": [1]}"#, "trigger.expect"),
    (#"{"type": "metric"}"#, "trigger.type"),
    (#"{"type": "compound", "triggers": [{"posture": "Reactive"}]}"#, "trigger.require"),
    (
      #"{"type": "compound", "require": 2, "triggers": [{"posture": "Reactive"}]}"#,
      "trigger.require"
    ),
    (#"{"type": "sequence", "triggers": []}"#, "trigger.triggers"),
    (#"{"type": "sequence", "triggers": [{}]}"#, "trigger.triggers[0].posture"),
  ]) func whatIsWrongIsNamed(_ text: String, _ field: String) throws {
    let json = try JSON(parsing: text)
    let error = #expect(throws: InvalidValue.self) { try Trigger(json, "trigger") }
    #expect(error?.field == field)
  }

  @Test(
    arguments: [
      (["a"], "a", true), (["a"], "ab", false), (["a*"], "ab", true), (["!a"], "b", true),
      (["!a"], "a", false), (["!a*"], "ab", false), (["a*", "!ab"], "ab", false),
      (["a*", "!ab"], "ac", true), (["a", "b"], "b", true), ([], "a", false), (["!a"], nil, true),
      (["a"], nil, false),
    ] as [([String], String?, Bool)]) func patterns(
      _ texts: [String], _ value: String?, _ fits: Bool
    )
  {
    #expect(LabelPattern(texts).matches(value) == fits)
  }

  @Test func concernsAreNamesAndLabels() throws {
    let trigger = try trigger(
      """
      {"posture": "Reactive", "expect": ["order.*"], "match": {"id": "x*"},
       "match_related": {"role": "shop", "id": "s1"}, "for_each": ["id", "related:shop:city", "none"]}
      """)
    let shop = ["id": "s1", "role": "shop", "city": "Ulm"]
    #expect(trigger.key(of: event("order.placed", related: [shop])) == ["x", "", "Ulm"])
    #expect(trigger.key(of: event("other", related: [shop])) == nil)
    #expect(trigger.key(of: event("order.placed", id: "y", related: [shop])) == nil)
    #expect(trigger.key(of: event("order.placed")) == nil)
  }

  @Test func aWindowBeginsWithItsFirstEventAndFiresOnce() throws {
    let trigger = try trigger(#"{"posture": "Reactive", "threshold": 2, "within": 10}"#)
    let times: [Int64] = [0, 9, 9, 10, 21, 29]
    #expect(firings(trigger, times.map { event("e", at: $0) }) == [[0, 2], [21, 2]])
    // One that comes late belongs to the window where all fit into it.
    #expect(firings(trigger, [event("e", at: 8), event("e", at: 3)]) == [[3, 2]])
    #expect(firings(trigger, [event("e", at: 18), event("e", at: 3)]).isEmpty)
  }

  @Test func somethingComesAfterSomething() throws {
    let trigger = try trigger(
      #"{"posture": "Reactive", "after": ["a"], "expect": ["b"], "threshold": 2, "within": 10}"#)
    #expect(firings(trigger, [event("b", at: 0), event("b", at: 1)]).isEmpty)
    let events = [
      ("a", 0), ("b", 1), ("b", 2), ("b", 3), ("a", 20), ("b", 25), ("b", 30), ("a", 31),
    ]
    #expect(firings(trigger, events.map { event($0.0, at: Int64($0.1)) }) == [[0, 2]])
  }

  @Test func aSignOfLifePutsOffTheAlarm() throws {
    let trigger = try trigger(
      #"{"posture": "Proactive", "after": ["beat"], "expect": ["beat", "end"], "within": 30}"#)
    let beats = stride(from: 0, through: 100, by: 20).map { event("beat", at: Int64($0)) }
    #expect(firings(trigger, beats, until: 129).isEmpty)
    #expect(firings(trigger, beats, until: 130) == [[100, 0]])
    #expect(firings(trigger, beats + [event("end", at: 110)], until: 1000).isEmpty)
    #expect(firings(trigger, [event("beat", at: 0), event("beat", at: 40)]) == [[0, 0]])
  }

  @Test func timeThatNobodyLookedAtFiresOnce() throws {
    let trigger = try trigger(#"{"posture": "Proactive", "within": 10}"#)
    let open = try #require(trigger.opening(at: .epoch))
    let step = try #require(trigger.step(open, now: .epoch + .seconds(95)))
    #expect(step.firing?.start == .epoch)
    #expect(step.bucket?.start == .epoch + .seconds(90))
  }

  @Test func eventsAreKeptAsTheyWereSeen() {
    let event = event("e", at: 7, id: "martlet.flow-run.1", related: [["id": "prefect.flow.2"]])
    #expect(TriggerEvent(json: event.json) == event)
    #expect(event.subject("flow-run") == "1" && event.subject("flow") == "2")
    #expect(event.subject("deployment") == nil)
  }
}
