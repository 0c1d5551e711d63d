// Decides that an event is kept once, that transitions are events without a copy, and that a follower hears of each of
// them exactly once.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct EventTests {
  private func event(
    _ name: String, at time: Instant? = nil, resource: String = "shop.order.1",
    run: RunID? = nil, payload: String = "", id: ObjectID = .random(),
    labels: [String: String] = [:]
  ) -> Event {
    Event(
      id: id, namespace: .standard, name: name, time: time ?? RunID.fresh().time ?? .epoch,
      resource: EventResource(id: resource, labels: labels), runID: run, payload: payload,
      actor: "tester")
  }

  private func name(_ event: AnyEvent) -> String {
    switch event {
    case .published(let event): event.name
    case .transition(let event): event.name
    }
  }

  private func key(_ event: AnyEvent) -> String {
    switch event {
    case .published(let event): "\(event.id)"
    case .transition(let event): event.id
    }
  }

  /// Lets a run begin and end.
  private func drive(_ store: Store, _ kind: RunKind = .flow) async throws -> TestRun {
    let run = TestRun()
    _ = try await store.transitions.submit([run.create(kind)])
    _ = try await store.transitions.submit([run.propose(.running, seq: 2)])
    _ = try await store.transitions.submit([run.propose(.completed(.init()), seq: 3)])
    return run
  }

  @Test func anEventIsKeptOnceAndComesBackAsItWas() async throws {
    try await StoreFixture.with { fixture in
      let events = fixture.store.events
      var full = event("order.placed", payload: #"{"a": [1, "ü"]}"#, labels: ["city": "Ulm"])
      full.related = [EventResource(id: "shop.customer.2", role: "customer", labels: ["x": ""])]
      full.follows = .random()
      full.runID = .fresh()
      let more = (0..<40).map { event("e.\($0)") }
      #expect(try await events.publish([full] + more) == 41)
      // The same from many callers at once, and twice in one call; a repeat with other content changes nothing.
      var changed = full
      changed.name = "order.cancelled"
      let repeats = [changed] + more + more
      let late = event("late")
      let new = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 { group.addTask { try await events.publish(repeats + [late]) } }
        var sum = 0
        for try await count in group { sum += count }
        return sum
      }
      #expect(new == 1)
      #expect(try await fixture.number("SELECT count(*) FROM event") == 42)
      let found = try await fixture.store.listEvents(
        EventFilter(#"name = "order.*""#), in: .standard, limit: 10)
      guard case .published(var kept)? = found.first, found.count == 1 else {
        Issue.record("not found: \(found)")
        return
      }
      kept.receiveTime = full.receiveTime
      #expect(kept == full)
    }
  }

  @Test func transitionsAndEventsAreListedAsOnePageByPage() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      var runs: [TestRun] = []
      for kind in [RunKind.flow, .task, .flow] { runs.append(try await drive(store, kind)) }
      let now = RunID.fresh().time ?? .epoch
      var published: [Event] = []
      for number in 0..<30 {
        // Some at one time, some long ago.
        let age = Interval.seconds(Int64(number / 3) * Int64(number / 3) * -4000)
        published.append(event("e.\(number % 2)", at: now + age))
      }
      _ = try await store.events.publish(published)
      var seen: [AnyEvent] = []
      var place: EventPosition?
      while true {
        let page = try await store.listEvents(EventFilter(), in: .standard, before: place, limit: 4)
        seen += page
        guard page.count == 4, let last = page.last else { break }
        place = EventPosition(last)
      }
      #expect(seen.count == 39)
      #expect(Set(seen.map(key)).count == 39)
      #expect(seen.map(\.time) == seen.map(\.time).sorted(by: >))
      let count = { (filter: String) in
        try await store.listEvents(try EventFilter(filter), in: .standard, limit: 100).count
      }
      #expect(try await count(#"name = "martlet.flow-run.*""#) == 6)
      #expect(try await count(#"name = "martlet.task-run.Completed""#) == 1)
      #expect(try await count(#"name = "e.1""#) == 15)
      #expect(try await count(#"run_id = "\#(runs[1].id)""#) == 3)
      #expect(try await count(#"resource.id = "martlet.flow-run.\#(runs[0].id)""#) == 3)
      #expect(try await count(#"resource.id = "martlet.task-run.\#(runs[0].id)""#) == 0)
      #expect(try await count(#"resource.id = "shop.order.1" AND name = "e.0""#) == 15)
      let elsewhere = try await store.listEvents(EventFilter(), in: Namespace("other"), limit: 9)
      #expect(elsewhere.isEmpty)
      let names = try await store.countEvents(EventFilter(), byHour: false, in: .standard)
      #expect(names.first { $0.name == "martlet.flow-run.Completed" }?.count == 2)
      var long = EventFilter()
      long.from = now + .hours(-1000)
      let hours = try await store.countEvents(long, byHour: true, in: .standard)
      #expect(hours.reduce(0) { $0 + $1.count } == 39)
      #expect(hours.allSatisfy { ($0.hour?.microseconds ?? 1) % 3_600_000_000 == 0 })
    }
  }

  /// Takes events until there are so many; each with its token.
  private func take(
    _ count: Int, of feed: EventFeed, polling tailer: Feed
  ) async throws -> [Followed<AnyEvent>] {
    let poller = Task {
      while !Task.isCancelled {
        _ = try await tailer.poll()
        await Task.yield()
      }
    }
    defer { poller.cancel() }
    var taken: [Followed<AnyEvent>] = []
    for try await batch in feed {
      taken += batch
      if taken.count >= count { break }
    }
    return taken
  }

  @Test func aFollowerHearsOfEachOnceAcrossRestartsAndReplicas() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let begun = try await Feed(fixture.store).currentToken()
      var expected: [String] = []
      for number in 0..<12 {
        let store = number % 2 == 0 ? fixture.store : other
        let run = try await drive(store)
        let one = event("e.\(number)", run: run.id)
        let two = event("f.\(number)")
        _ = try await store.events.publish([one, two])
        // Sent again, it is no event.
        _ = try await other.events.publish([one])
        expected += (1...3).map { "\(run.id)/\($0)" } + ["\(one.id)", "\(two.id)"]
      }
      // A new feed, as of a server that was started again, on one replica or the other, from every kind of place.
      var heard: [String] = []
      var token = begun
      var turn = 0
      while heard.count < expected.count {
        let feed = Feed(turn % 2 == 0 ? other : fixture.store)
        let follower = try await feed.followEvents(in: .standard, from: token)
        let taken = try await take(1, of: follower, polling: feed)
        // The watcher went away in the middle of a batch.
        let kept = taken.prefix(1 + turn % 7)
        heard += kept.map { key($0.value) }
        if let last = kept.last { token = last.token }
        feed.close()
        turn += 1
      }
      #expect(heard.count == expected.count)
      #expect(Set(heard) == Set(expected))
      // What one run did is heard in its order.
      #expect(heard.filter { $0.hasSuffix("/2") } == expected.filter { $0.hasSuffix("/2") })
      await other.shutdown()
    }
  }

  @Test func aLiveFollowerHearsOfWhatIsCommittedNow() async throws {
    try await StoreFixture.with { fixture in
      let feed = Feed(fixture.store)
      let follower = try await feed.followEvents(in: .standard)
      async let taken = take(4, of: follower, polling: feed)
      let run = try await drive(fixture.store, .task)
      let own = event("own", run: run.id)
      _ = try await fixture.store.events.publish([own])
      let names = try await taken.map { name($0.value) }
      #expect(
        Set(names) == [
          "martlet.task-run.Pending", "martlet.task-run.Running", "martlet.task-run.Completed",
          "own",
        ])
    }
  }

  @Test func hostileEventsAreRefused() async throws {
    try await StoreFixture.with { fixture in
      var far = event("x")
      far.time = Instant(microseconds: .max)
      var many = event("x")
      many.related = (0...Event.relatedLimit).map { EventResource(id: "\($0)") }
      let hostile = [
        event(""), event("a\0"), event(String(repeating: "n", count: 201)),
        event("martlet.flow-run.Completed"), event("x", resource: ""),
        event("x", resource: "a\0"), event("x", resource: String(repeating: "r", count: 501)),
        event("x", payload: #"{"a": "\u0000"}"#),
        event("x", payload: #"{"a": ""# + String(repeating: "p", count: 70_000) + #""}"#),
        event("x", labels: ["": "v"]), event("x", labels: ["k": "\0"]), far, many,
        event("x", id: ObjectID(high: 0x0000_0000_0000_7000, low: 1 << 63)),
        event("x", id: ObjectID(high: 0, low: 0)),
      ]
      for event in hostile {
        await #expect(throws: StoreError.self, "\(event.name.prefix(20))") {
          _ = try await fixture.store.events.publish([event])
        }
      }
      let count = try await fixture.number("SELECT count(*) FROM event")
      #expect(count == 0)
    }
  }

  @Test func aBadValueFailsItsCallerAlone() async throws {
    try await StoreFixture.with { fixture in
      let events = fixture.store.events
      // What only the database can see: JSON that is none.
      let bad = event("bad", payload: "{")
      async let good: [Int] = withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 { group.addTask { try await events.publish([event("good")]) } }
        var counts: [Int] = []
        for try await count in group { counts.append(count) }
        return counts
      }
      await #expect(throws: StoreError.self) { _ = try await events.publish([bad]) }
      let counts = try await good
      #expect(counts == Array(repeating: 1, count: 20))
    }
  }
}
