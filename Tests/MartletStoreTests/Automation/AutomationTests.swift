// Decides that automations are changed by whoever knows them, and that a move is written once, for terms that still hold.

import MartletModel
import MartletStore
import Testing

@Suite struct AutomationTests {
  private func content(_ trigger: String = #"{"posture":"Reactive"}"#) throws -> AutomationContent {
    AutomationContent(
      name: "a", trigger: try JSON(parsing: trigger),
      actions: [try JSON(parsing: #"{"type":"do-nothing","note":"{{ x }}"}"#)])
  }

  private func make(_ store: Store, id: ObjectID = .random()) async throws -> Automation {
    try await store.createAutomation(try content(), id: id, in: .standard, actor: "t")
  }

  @Test func aRepeatIsTheSameAndAnotherIsRefused() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let made = try await make(store)
      #expect(made.content.trigger["within"] == .double(0) && made.createdBy == "t")
      #expect(made.content.actions == (try content()).actions)
      #expect(try await make(store, id: made.id) == made)
      var other = try content()
      other.name = "b"
      await #expect(throws: StoreError.alreadyExists(resource: "automation", name: "\(made.id)")) {
        _ = try await store.createAutomation(other, id: made.id, in: .standard, actor: "t")
      }
      await #expect(throws: StoreError.alreadyExists(resource: "automation", name: "\(made.id)")) {
        _ = try await store.createAutomation(
          try content(), id: made.id, in: Namespace("elsewhere"), actor: "t")
      }
    }
  }

  @Test func onlyWhatChangesTheTriggerBeginsAnew() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let made = try await make(store)
      let renamed = try await store.updateAutomation(
        made.id, in: .standard, etag: made.etag, actor: "u"
      ) { $0.name = "b" }
      #expect(renamed.term == made.term && renamed.etag != made.etag && renamed.updatedBy == "u")
      await #expect(throws: StoreError.etagMismatch(current: renamed.etag)) {
        _ = try await store.updateAutomation(
          made.id, in: .standard, etag: made.etag, actor: "u"
        ) { $0.name = "c" }
      }
      let paused = try await store.updateAutomation(made.id, in: .standard, actor: "u") {
        $0.isPaused = true
      }
      #expect(paused.term == made.term)
      #expect(try await store.liveAutomations().1.isEmpty)
      let resumed = try await store.updateAutomation(made.id, in: .standard, actor: "u") {
        $0.isPaused = false
      }
      #expect(resumed.term != made.term && resumed.beginTime > made.beginTime)
      #expect(try await store.liveAutomations().1.map(\.id) == [made.id])
      try await store.deleteAutomation(made.id, in: .standard, etag: resumed.etag)
      await #expect(throws: StoreError.notFound(resource: "automation", name: "\(made.id)")) {
        _ = try await store.automation(made.id, in: .standard)
      }
    }
  }

  private func move(_ automation: Automation, from cursor: AutomationCursor) -> AutomationMove {
    let key = AutomationBucket.Key(automation, ["x"])
    var move = AutomationMove(cursor: cursor)
    var window = TriggerBucket(key: ["x"], start: .epoch, end: .epoch + .seconds(5))
    window.count = 3
    let event = TriggerEvent(id: "e", names: ["n"], time: .epoch, resource: ["id": "r"])
    move.buckets[key] = AutomationBucket(key: key, window: window, wake: window.end, event: event)
    move.tasks = [
      NewAutomationTask(
        id: RunID(ObjectID.random().value), automationID: automation.id, term: automation.term,
        firingID: .random(), ordinal: 0, triggerID: .random(), eventID: .random(), action: nil,
        firing: .object([]))
    ]
    return move
  }

  @Test func aMoveIsWrittenByTheFirst() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let automation = try await make(store)
      let (cursor, _) = try await store.liveAutomations()
      let move = move(automation, from: cursor)
      #expect(try await store.commit(move))
      #expect(try await !store.commit(move))
      let key = AutomationBucket.Key(automation, ["x"])
      let found = try await store.automationBuckets([key])
      #expect(found.map(\.window) == [move.buckets[key]??.window])
      #expect(found.first?.event?.names == ["n"])
      #expect(try await store.dueAutomationBuckets(at: .epoch + .seconds(4), limit: 9).isEmpty)
      #expect(try await store.dueAutomationBuckets(at: .epoch + .seconds(5), limit: 9).count == 1)
      let taken = try await store.takeAutomationTasks(limit: 9, hold: .seconds(60))
      #expect(taken.map(\.id) == move.tasks.map(\.id) && taken.map(\.attempts) == [1])
      #expect(try await store.takeAutomationTasks(limit: 9, hold: .seconds(60)).isEmpty)
      try await store.delay(taken[0], by: .zero)
      let again = try await store.takeAutomationTasks(limit: 9, hold: .seconds(60))
      #expect(again.map(\.attempts) == [2])
      try await store.end(taken[0])
      #expect(try await store.timeToNextAutomationTask() == nil)
    }
  }

  @Test func aMoveOfAnEarlierTermLeavesNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let before = try await make(store)
      let (cursor, _) = try await store.liveAutomations()
      _ = try await store.updateAutomation(before.id, in: .standard, actor: "t") {
        $0.trigger = (try? JSON(parsing: #"{"posture":"Reactive","expect":["e"]}"#)) ?? .null
      }
      #expect(try await store.commit(move(before, from: cursor)))
      #expect(try await store.automationBuckets([AutomationBucket.Key(before, ["x"])]).isEmpty)
      #expect(try await store.takeAutomationTasks(limit: 9, hold: .zero).isEmpty)
    }
  }

  @Test func whatIsDoneOutsideIsTakenApart() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let automation = try await make(store)
      var move = move(automation, from: try await store.liveAutomations().0)
      var outgoing = move.tasks[0]
      outgoing.id = RunID(ObjectID.random().value)
      outgoing.ordinal = 1
      outgoing.action = .object([("type", .text("call-webhook"))])
      move.tasks.append(outgoing)
      #expect(try await store.commit(move))
      let inner = try await store.takeAutomationTasks(limit: 9, hold: .seconds(60))
      #expect(inner.map(\.ordinal) == [0])
      let taken = try await store.takeAutomationTasks(outgoing: true, limit: 9, hold: .seconds(60))
      #expect(taken.map(\.ordinal) == [1])
      try await store.end(inner[0])
      #expect(try await store.timeToNextAutomationTask() == nil)
      #expect(try await store.timeToNextAutomationTask(outgoing: true) != nil)
    }
  }

  @Test func automationsAreFoundByWhatTheyAre() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      for (name, tags) in [("a", ["x", "y"]), ("b", ["y"]), ("c", [])] {
        var content = try content()
        (content.name, content.tags) = (name, tags)
        _ = try await store.createAutomation(content, id: .random(), in: .standard, actor: "t")
      }
      let all = try await store.listAutomations(AutomationQuery(in: .standard))
      func found(_ edit: (inout AutomationQuery) -> Void) async throws -> String {
        var query = AutomationQuery(in: .standard)
        edit(&query)
        let names = try await store.listAutomations(query).map(\.content.name)
        #expect(try await store.countAutomations(query) == Int64(names.count))
        return names.joined()
      }
      #expect(try await found { $0.anyTags = ["x", "z"] } == "a")
      #expect(try await found { ($0.tags, $0.names) = (["y"], ["b", "c"]) } == "b")
      #expect(try await found { ($0.tags, $0.names, $0.matchesAny) = (["x"], ["c"], true) } == "ac")
      #expect(try await found { ($0.tags, $0.hasTags) = (["x"], false) } == "")
      #expect(
        try await found { ($0.tags, $0.hasTags, $0.matchesAnyTags) = (["x"], false, true) } == "ac")
      #expect(
        try await found {
          ($0.tags, $0.anyTags, $0.matchesAnyTags) = (["x", "y"], ["z"], true)
          ($0.names, $0.matchesAny) = (["b"], true)
        } == "ab")
      #expect(try await found { $0.matchesAny = true } == "abc")
      #expect(try await found { $0.createdUntil = all[0].createTime } == "a")
      #expect(
        try await found {
          ($0.createdUntil, $0.names, $0.matchesAny) = (all[0].createTime, ["b"], true)
        } == "ab")
      #expect(try await found { ($0.ids, $0.hasTags) = ([all[1].id], true) } == "b")
    }
  }
}
