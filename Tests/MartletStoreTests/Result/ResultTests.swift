// Decides that results are kept once, as they were given, and go when their time is over.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct ResultTests {
  @Test func aResultIsKeptOnceAndReadAsItWas() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let id = ObjectID.random()
      let run = RunID.fresh()
      let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      let put = { (payload: Payload, id: ObjectID) in
        try await store.putResult(
          payload, id: id, runID: run, expireTime: nil, in: .standard, actor: "t")
      }
      let payload = Payload(mediaType: "application/octet-stream", body: .data(bytes))
      let stored = try await put(payload, id)
      #expect(stored.payload.body == .data(bytes))
      #expect(stored.payload.digest == SHA256.label(of: bytes))
      #expect(stored.reference.body == .uri("martlet:result/\(id)"))
      #expect(StoredResult.id(at: "martlet:result/\(id)") == id)
      #expect(try await put(payload, id) == stored)
      await #expect(throws: StoreError.alreadyExists(resource: "result", name: "\(id)")) {
        _ = try await put(Payload(mediaType: "", body: .json("1")), id)
      }
      let newer = try await put(Payload(mediaType: "", body: .json(#"{"a":[1,"ü"]}"#)), .random())
      #expect(newer.payload.body == .json(#"{"a":[1,"ü"]}"#))
      #expect(try await store.latestResult(of: run, in: .standard)?.id == newer.id)
      let elsewhere = try await put(
        Payload(mediaType: "x", digest: newer.payload.digest, size: 7, body: .uri("s3://b/k")),
        .random())
      #expect(elsewhere.reference == elsewhere.payload)
      #expect(try await store.latestResult(of: run, in: Namespace("other")) == nil)
      await #expect(throws: StoreError.self) {
        _ = try await store.result(id, in: Namespace("other"))
      }
    }
  }

  @Test func resultsGoWhenTheirTimeIsOver() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      var ids: [ObjectID] = []
      let now = RunID.fresh().time ?? .epoch
      for hours in [1, 1, 1, 100] {
        let result = try await store.putResult(
          Payload(mediaType: "", body: .json("1")), id: .random(), runID: nil,
          expireTime: now + .hours(Int64(hours)), in: .standard, actor: "t")
        ids.append(result.id)
      }
      #expect(try await store.deleteExpiredResults(limit: 10) == 0)
      try await fixture.sql("UPDATE result SET expire_time = expire_time - interval '2 hours'")
      await #expect(throws: StoreError.self) { _ = try await store.result(ids[0], in: .standard) }
      #expect(try await store.deleteExpiredResults(limit: 2) == 2)
      #expect(try await store.deleteExpiredResults(limit: 2) == 1)
      #expect(try await store.result(ids[3], in: .standard).id == ids[3])
    }
  }

  @Test func hostileValuesAreRefused() async throws {
    try await StoreFixture.with { fixture in
      let big = [UInt8](repeating: 0, count: Store.largestResult + 1)
      for payload in [
        Payload(mediaType: "", body: .data(big)), Payload(mediaType: "a\0b", body: .json("1")),
        Payload(mediaType: "", body: .uri("s3://\0")),
        Payload(mediaType: "", digest: SHA256.label(of: [1]), body: .data([2])),
      ] {
        await #expect(throws: StoreError.self) {
          _ = try await fixture.store.putResult(
            payload, id: .random(), runID: nil, expireTime: nil, in: .standard, actor: "t")
        }
      }
      #expect(try await fixture.number("SELECT count(*) FROM result") == 0)
      // Bytes are bytes, also those that no text may hold.
      let bytes: [UInt8] = [0, 0xFF, 0xC0]
      let kept = try await fixture.store.putResult(
        Payload(mediaType: "", body: .data(bytes)), id: .random(), runID: nil, expireTime: nil,
        in: .standard, actor: "t")
      #expect(kept.payload.body == .data(bytes))
    }
  }
}
