// Decides that an upload becomes the bytes that were sent, also after breaks, and that nothing else does.

import MartletModel
import MartletStore
import Testing

@Suite struct UploadTests {
  /// Bytes over a few chunks, each place told from the others.
  private static let bytes: [UInt8] = (0..<2_500_000).map {
    UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8)
  }
  private static let digest = SHA256.label(of: bytes)

  private func upload(
    _ new: NewUpload, to store: Store, in namespace: Namespace = .standard, limit: Int64 = 10 << 20
  ) async throws -> ResultUpload {
    try await ResultUpload(new, to: store, in: namespace, actor: "t", limit: limit)
  }

  private func send(_ bytes: ArraySlice<UInt8>, _ upload: inout ResultUpload) async throws {
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 300_000) {
      try await upload.add(Array(bytes[start..<min(start + 300_000, bytes.endIndex)]))
    }
  }

  private func read(_ id: ObjectID, _ store: Store, from offset: Int64 = 0) async throws -> [UInt8]
  {
    let result = try await store.result(id, in: .standard)
    var bytes: [UInt8] = []
    while offset + Int64(bytes.count) < result.payload.size {
      bytes += try await store.bytes(of: result, at: offset + Int64(bytes.count))
    }
    return bytes
  }

  @Test func whatWasSentIsThereAndGoesWithItsResult() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let run = RunID.fresh()
      let new = NewUpload(runID: run, mediaType: "x/y", digest: Self.digest)
      var sent = try await upload(new, to: store)
      try await send(Self.bytes[...], &sent)
      #expect(try await store.upload(new.id, in: .standard).isComplete == false)
      await #expect(throws: StoreError.self) { _ = try await store.result(new.id, in: .standard) }
      #expect(try await store.latestResult(of: run, in: .standard) == nil)
      let result = try await sent.finish()
      #expect(result.isInChunks && result.payload.size == Int64(Self.bytes.count))
      #expect(result.payload.digest == Self.digest)
      #expect(try await store.latestResult(of: run, in: .standard) == result)
      #expect(try await read(new.id, store) == Self.bytes)
      #expect(try await read(new.id, store, from: 1_234_567) == Array(Self.bytes[1_234_567...]))
      #expect(try await store.upload(new.id, in: .standard).isComplete)
      // The same again: with the digest nothing needs to come, without it all is compared.
      var known = try await upload(new, to: store)
      #expect(known.isThere)
      #expect(try await known.finish() == result)
      var foreign = new
      foreign.runID = nil
      var refused = try await upload(foreign, to: store)
      await #expect(throws: StoreError.alreadyExists(resource: "result", name: "\(new.id)")) {
        _ = try await refused.finish()
      }
      var silent = new
      silent.digest = ""
      var again = try await upload(silent, to: store)
      #expect(!again.isThere)
      try await send(Self.bytes[...], &again)
      #expect(try await again.finish() == result)
      var other = try await upload(silent, to: store)
      try await other.add([1])
      await #expect(throws: StoreError.alreadyExists(resource: "result", name: "\(new.id)")) {
        _ = try await other.finish()
      }
      #expect(try await fixture.number("SELECT count(*) FROM result_chunk") == 3)
      try await fixture.sql("UPDATE result SET expire_time = clock_timestamp()")
      #expect(try await store.deleteExpiredResults(limit: 10) == 1)
      #expect(try await fixture.number("SELECT count(*) FROM result_chunk") == 0)
    }
  }

  @Test func aSmallUploadIsASmallResult() async throws {
    try await StoreFixture.with { fixture in
      let new = NewUpload(mediaType: "text/plain")
      var sent = try await upload(new, to: fixture.store)
      try await sent.add(Array("abc".utf8))
      let result = try await sent.finish()
      #expect(result.payload.body == .data(Array("abc".utf8)))
      #expect(try await read(new.id, fixture.store, from: 1) == Array("bc".utf8))
      let empty = NewUpload()
      var nothing = try await upload(empty, to: fixture.store)
      #expect(try await nothing.finish().payload.size == 0)
    }
  }

  @Test func aBrokenUploadIsGoneOnWith() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      var new = NewUpload(digest: Self.digest, size: Int64(Self.bytes.count))
      var broken = try await upload(new, to: store)
      try await send(Self.bytes[..<1_500_000], &broken)
      let received = try await store.upload(new.id, in: .standard).received
      #expect(received == 1 << 20)
      new.offset = received + 1
      await #expect(throws: StoreError.uploadOffset(received: received)) {
        _ = try await upload(new, to: store)
      }
      new.offset = received
      var next = try await upload(new, to: store)
      // Who was before may not write any more.
      await #expect(throws: StoreError.self) { try await send(Self.bytes[1_500_000...], &broken) }
      try await send(Self.bytes[Int(received)...], &next)
      #expect(try await next.finish().payload.digest == Self.digest)
      #expect(try await read(new.id, store) == Self.bytes)
      // Of a whole one the rest is compared.
      new.digest = ""
      var again = try await upload(new, to: store)
      try await send(Self.bytes[Int(received)...], &again)
      #expect(try await again.finish().payload.digest == Self.digest)
      // Of none nothing can be gone on with.
      await #expect(throws: StoreError.uploadOffset(received: 0)) {
        _ = try await upload(NewUpload(offset: 5), to: store)
      }
    }
  }

  @Test func aStreamFromTheBeginningForgetsTheOneBefore() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let new = NewUpload()
      var first = try await upload(new, to: store)
      try await send(Self.bytes[...], &first)
      var second = try await upload(new, to: store)
      #expect(try await fixture.number("SELECT count(*) FROM result_chunk") == 0)
      await #expect(throws: StoreError.self) { _ = try await first.finish() }
      try await second.add([1, 2, 3])
      #expect(try await second.finish().payload.digest == SHA256.label(of: [1, 2, 3]))
      #expect(try await read(new.id, store) == [1, 2, 3])
    }
  }

  @Test func whatIsNotAsToldIsForgotten() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      for new in [
        NewUpload(digest: SHA256.label(of: [])), NewUpload(size: 2_400_000),
        NewUpload(size: 2_600_000),
      ] {
        await #expect(throws: StoreError.self) {
          var sent = try await upload(new, to: store)
          try await send(Self.bytes[...], &sent)
          _ = try await sent.finish()
        }
      }
      await #expect(throws: StoreError.self) {
        var sent = try await upload(NewUpload(), to: store, limit: 2_000_000)
        try await send(Self.bytes[...], &sent)
      }
      let kept = try await fixture.number("SELECT count(*) FROM result")
      #expect(kept == 0)
      await #expect(throws: StoreError.self) {
        _ = try await upload(NewUpload(size: 11 << 20), to: store)
      }
    }
  }

  @Test func uploadsThatRestGo() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      var resting = try await upload(NewUpload(), to: store)
      try await send(Self.bytes[...], &resting)
      #expect(try await store.deleteExpiredResults(limit: 10) == 0)
      try await fixture.sql("UPDATE result SET upload_time = upload_time - interval '2 hours'")
      #expect(try await store.deleteExpiredResults(limit: 10) == 1)
      await #expect(throws: StoreError.self) { _ = try await resting.finish() }
    }
  }

  @Test func anIdOfAnotherNamespaceIsTaken() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let new = NewUpload()
      var mine = try await upload(new, to: store)
      try await send(Self.bytes[...], &mine)
      let other = try Namespace("other")
      await #expect(throws: StoreError.alreadyExists(resource: "result", name: "\(new.id)")) {
        var theirs = try await upload(new, to: store, in: other)
        try await send(Self.bytes[...], &theirs)
      }
      _ = try await mine.finish()
      #expect(try await read(new.id, store) == Self.bytes)
    }
  }
}
