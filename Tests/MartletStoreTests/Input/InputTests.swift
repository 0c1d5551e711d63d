// Decides that an input is once under a key, in the order in which they came, and goes with its run.

import MartletModel
import MartletStore
import Testing

@Suite struct InputTests {
  @Test func inputsAreKeptOnce() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = TestRun()
      _ = try await store.transitions.submit(run.create())
      func provide(_ key: String, _ value: String = "v", sender: String = "") async throws
        -> RunInput
      {
        try await store.provideInput(
          key, value: value, sender: sender, to: run.id, in: run.namespace, actor: "t")
      }
      let made = try await provide("answer-1", #"{"a":1}"#, sender: "somebody")
      #expect(try await provide("answer-1", #"{"a":1}"#, sender: "somebody") == made)
      await #expect(throws: StoreError.alreadyExists(resource: "input", name: "answer-1")) {
        _ = try await provide("answer-1", "other", sender: "somebody")
      }
      _ = try await provide("answer-2")
      _ = try await provide("question")
      func keys(_ prefix: String = "", except: [String] = [], limit: Int = 10) async throws
        -> [String]
      {
        try await store.listInputs(
          of: run.id, in: run.namespace, prefix: prefix, except: except, limit: limit
        ).map(\.key)
      }
      #expect(try await keys() == ["answer-1", "answer-2", "question"])
      #expect(try await keys("answer-", except: ["answer-1"]) == ["answer-2"])
      #expect(try await keys(limit: 1) == ["answer-1"])
      try await store.deleteInput("answer-1", of: run.id, in: run.namespace)
      await #expect(throws: StoreError.notFound(resource: "input", name: "answer-1")) {
        _ = try await store.input("answer-1", of: run.id, in: run.namespace)
      }
      let elsewhere = try Namespace("elsewhere")
      await #expect(throws: StoreError.notFound(resource: "input", name: "question")) {
        _ = try await store.input("question", of: run.id, in: elsewhere)
      }
      let stranger = RunID.fresh()
      await #expect(throws: StoreError.notFound(resource: "run", name: "\(stranger)")) {
        _ = try await store.provideInput(
          "k", value: "v", sender: "", to: stranger, in: run.namespace, actor: "t")
      }
    }
  }
}
