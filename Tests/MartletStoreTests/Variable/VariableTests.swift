// Decides that a variable is set once by whoever knows its etag, whatever others do at the same time.

import MartletModel
import MartletStore
import Testing

@Suite struct VariableTests {
  private func set(_ store: Store, _ change: VariableChange, in namespace: Namespace = .standard)
    async throws -> Variable
  {
    try await store.setVariable(change, in: namespace, actor: "t")
  }

  @Test func eachPolicyDoesWhatItSays() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      await #expect(throws: StoreError.notFound(resource: "variable", name: "v")) {
        _ = try await set(store, VariableChange("v", value: "1", policy: .update))
      }
      let made = try await set(
        store, VariableChange("v", value: #"{"b":[1,"ü"],"a":null}"#, tags: ["t"], policy: .create))
      #expect(made.tags == ["t"])
      #expect(try await store.variable("v", in: .standard) == made)
      // The same content again is no other creation, whatever the order of its members.
      let again = try await set(
        store, VariableChange("v", value: #"{"a":null,"b":[1,"ü"]}"#, tags: ["t"], policy: .create))
      #expect(again == made)
      await #expect(throws: StoreError.alreadyExists(resource: "variable", name: "v")) {
        _ = try await set(store, VariableChange("v", value: "2", tags: ["t"], policy: .create))
      }
      let changed = try await set(store, VariableChange("v", value: "2", policy: .update))
      #expect(changed.value == "2" && changed.tags.isEmpty)
      #expect(changed.etag != made.etag && changed.createTime == made.createTime)
      let elsewhere = try await set(
        store, VariableChange("v", value: "3"), in: Namespace("elsewhere"))
      #expect(elsewhere.etag != changed.etag)
      #expect(try await store.variable("v", in: .standard).value == "2")
    }
  }

  @Test func anEtagGuardsAlsoAgainstANewVariableOfTheName() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let first = try await set(store, VariableChange("v", value: "1"))
      let second = try await set(store, VariableChange("v", value: "2", etag: first.etag))
      await #expect(throws: StoreError.etagMismatch(current: second.etag)) {
        _ = try await set(store, VariableChange("v", value: "3", etag: first.etag))
      }
      await #expect(throws: StoreError.etagMismatch(current: second.etag)) {
        try await store.deleteVariable("v", in: .standard, etag: first.etag)
      }
      try await store.deleteVariable("v", in: .standard, etag: second.etag)
      await #expect(throws: StoreError.notFound(resource: "variable", name: "v")) {
        try await store.deleteVariable("v", in: .standard)
      }
      // An etag makes nothing that is not there.
      await #expect(throws: StoreError.notFound(resource: "variable", name: "v")) {
        _ = try await set(store, VariableChange("v", value: "3", etag: second.etag))
      }
      let third = try await set(store, VariableChange("v", value: "1"))
      #expect(![first.etag, second.etag].contains(third.etag))
    }
  }

  @Test func aRepeatIsAnsweredAndChangesNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let first = try await set(store, VariableChange("v", value: "1"))
      let change = VariableChange("v", value: "2", etag: first.etag)
      let second = try await set(store, change)
      #expect(try await set(store, change) == second)
      var other = change
      other.value = "3"
      await #expect(throws: StoreError.alreadyExists(resource: "change", name: "\(change.id)")) {
        _ = try await set(store, other)
      }
      let third = try await set(store, VariableChange("v", value: "4"))
      await #expect(throws: StoreError.etagMismatch(current: third.etag)) {
        _ = try await set(store, change)
      }
    }
  }

  @Test func countersOfManyWritersLoseNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      _ = try await set(store, VariableChange("n", value: "0"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            for _ in 0..<5 {
              while true {
                let read = try await store.variable("n", in: .standard)
                let next = "\((Int(read.value) ?? 0) + 1)"
                do {
                  _ = try await set(store, VariableChange("n", value: next, etag: read.etag))
                  break
                } catch StoreError.etagMismatch { continue }
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await store.variable("n", in: .standard).value == "40")
    }
  }

  @Test func creatorsThatMeetMakeOne() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let winners = try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 0..<12 {
          group.addTask {
            do {
              return try await set(
                store, VariableChange("v", value: "\(number)", policy: .create)
              ).value
            } catch StoreError.alreadyExists { return nil }
          }
        }
        var values: [String] = []
        for try await value in group { if let value { values.append(value) } }
        return values
      }
      let kept = try await store.variable("v", in: .standard).value
      #expect(winners == [kept])
    }
  }

  @Test func listsGoByNameAndTags() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let made: [(String, [String])] = [
        ("b-1", ["x"]), ("a_1", ["x", "y"]), ("a-2", []), ("b_2", ["y"]),
      ]
      for (name, tags) in made {
        _ = try await set(store, VariableChange(name, value: "0", tags: tags))
      }
      func names(_ prefix: String, _ tags: [String], after: String = "", limit: Int = 10)
        async throws -> [String]
      {
        try await store.listVariables(
          VariableQuery(in: .standard, after: after, prefix: prefix, tags: tags, limit: limit)
        ).map(\.name)
      }
      #expect(try await names("", []) == ["a-2", "a_1", "b-1", "b_2"])
      #expect(try await names("", [], after: "a-2", limit: 2) == ["a_1", "b-1"])
      #expect(try await names("a_", []) == ["a_1"])
      #expect(try await names("", ["x"]) == ["a_1", "b-1"])
      #expect(try await names("", ["y", "x"]) == ["a_1"])
      #expect(try await names("%", []) == [])
    }
  }

  @Test func hostileVariablesAreRefused() async throws {
    try await StoreFixture.with { fixture in
      let long = "\"" + String(repeating: "x", count: VariableRules.largestValue) + "\""
      let refused: [(String, String, [String])] = [
        ("A", "1", []), ("v", long, []), ("v", #""\u0000""#, []), ("v", "1", [""]), ("v", "{", []),
      ]
      for (name, value, tags) in refused {
        await #expect(throws: StoreError.self, "\(name) \(value.prefix(10)) \(tags)") {
          _ = try await set(fixture.store, VariableChange(name, value: value, tags: tags))
        }
      }
      let kept = try await fixture.number("SELECT count(*) FROM variable")
      #expect(kept == 0)
    }
  }
}
