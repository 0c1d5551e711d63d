// Decides that a value is computed once however many ask, on however many replicas, and that the dead and the late do
// no harm.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite struct CacheTests {
  private func payload(_ text: String) -> Payload { Payload(mediaType: "t", body: .json(text)) }

  private func request(
    _ isolation: CacheIsolation = .serializable, lease: Interval = .seconds(60),
    expires: Interval? = nil, refresh: Bool = false, run: RunID? = nil
  ) -> CacheRequest {
    CacheRequest(
      token: ObjectID.random().value, runID: run, isolation: isolation, lease: lease,
      expireAfter: expires, refresh: refresh)
  }

  /// Reserves what must be free.
  private func reserve(
    _ store: Store, _ key: String = "k", _ request: CacheRequest
  ) async throws -> UUIDValue {
    let outcome = try await store.reserveCacheKey(key, request, in: .standard)
    guard case .reserved(let reservation) = outcome else {
      Issue.record("\(key) was not free: \(outcome)")
      return request.token
    }
    return reservation.token
  }

  private func commit(
    _ store: Store, _ token: UUIDValue, _ text: String
  ) async throws -> Bool? {
    try await store.commitCacheKey(
      token: token, payload: payload(text), expireTime: nil, in: .standard)?.isStored
  }

  private func hit(_ store: Store, _ key: String = "k") async throws -> CachedValue? {
    guard
      case .hit(let entry) = try await store.reserveCacheKey(key, request(), in: .standard)
    else { return nil }
    return entry.value
  }

  @Test func manyCallersOfTwoReplicasComputeOnce() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let answers = try await withThrowingTaskGroup(of: (value: CachedValue?, isOwn: Bool).self) {
        group in
        for caller in 0..<24 {
          let store = caller % 2 == 0 ? fixture.store : other
          group.addTask {
            let outcome = try await store.reserveCacheKey(
              "k", request(), in: .standard, patience: .seconds(30))
            switch outcome {
            case .hit(let entry): return (entry.value, false)
            case .busy: return (nil, false)
            case .reserved(let reservation):
              // Whoever comes now, here or there, must wait.
              for replica in [fixture.store, other] {
                let other = try await replica.reserveCacheKey("k", request(), in: .standard)
                guard case .busy = other else { return (nil, true) }
              }
              let kept = try await store.commitCacheKey(
                token: reservation.token, payload: payload("\(caller)"), expireTime: nil,
                in: .standard)
              return (kept?.entry.value, true)
            }
          }
        }
        var answers: [(value: CachedValue?, isOwn: Bool)] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      #expect(answers.count { $0.isOwn } == 1)
      #expect(answers.count == 24)
      #expect(answers.allSatisfy { $0.value != nil && $0.value == answers[0].value })
      await other.shutdown()
    }
  }

  @Test func theFirstOfManyCommitsIsKept() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      var tokens: [UUIDValue] = []
      for _ in 0..<6 { tokens.append(try await reserve(store, request(.readCommitted))) }
      let kept = try await withThrowingTaskGroup(of: Bool?.self) { group in
        for token in tokens { group.addTask { try await commit(store, token, "\(token.low)") } }
        var kept: [Bool?] = []
        for try await isStored in group { kept.append(isStored) }
        return kept
      }
      #expect(kept.count { $0 == true } == 1)
      #expect(kept.count { $0 == false } == 5)
      #expect(try await fixture.number("SELECT revision FROM cache_entry") == 1)
    }
  }

  private func reserve(_ store: Store, _ request: CacheRequest) async throws -> UUIDValue {
    try await reserve(store, "k", request)
  }

  @Test func aDeadHolderLapsesAndItsLateCommitIsRefused() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let other = try await fixture.otherStore()
      let dead = try await reserve(store, request(lease: .seconds(1)))
      guard
        case .busy(let holder, _) = try await other.reserveCacheKey("k", request(), in: .standard)
      else {
        Issue.record("two hold the key")
        return
      }
      #expect(holder.token == dead)
      // Nobody commits: the one who waits is let in when the lease is over, and not before.
      let clock = ContinuousClock()
      let begun = clock.now
      let outcome = try await other.reserveCacheKey(
        "k", request(), in: .standard, patience: .seconds(20))
      guard case .reserved(let next) = outcome else {
        Issue.record("the dead holder kept the key: \(outcome)")
        return
      }
      #expect(clock.now - begun < .seconds(15))
      // The dead one wakes up: before and after the new holder's commit it may write nothing.
      #expect(try await commit(store, dead, "\"late\"") == nil)
      #expect(try await commit(other, next.token, "1") == true)
      #expect(try await commit(store, dead, "\"late\"") == nil)
      #expect(try await hit(store)?.payload == payload("1"))
      await other.shutdown()
    }
  }

  @Test func aCommitOfAnotherReplicaEndsTheWait() async throws {
    try await StoreFixture.with { fixture in
      let other = try await fixture.otherStore()
      let token = try await reserve(fixture.store, request(run: RunID(high: 1, low: 9)))
      async let waited = other.reserveCacheKey(
        "k", request(), in: .standard, patience: .seconds(30))
      #expect(try await commit(fixture.store, token, "7") == true)
      guard case .hit(let entry) = try await waited else {
        Issue.record("no hit")
        return
      }
      #expect(entry.value?.payload == payload("7"))
      #expect(entry.value?.sourceRun == RunID(high: 1, low: 9))
      await other.shutdown()
    }
  }

  @Test func repeatsChangeNothing() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let asked = request(expires: .hours(1))
      let token = try await reserve(store, asked)
      // The answer was lost: the same token gets the same key.
      #expect(try await reserve(store, asked) == token)
      #expect(try await commit(store, token, "1") == true)
      #expect(try await commit(store, token, "2") == true)
      #expect(try await hit(store)?.payload == payload("1"))
      #expect(try await fixture.number("SELECT revision FROM cache_entry") == 1)
      await #expect(throws: StoreError.self) {
        _ = try await store.reserveCacheKey("another", asked, in: .standard)
      }
    }
  }

  @Test func aReleasedKeyIsFreeAtOnce() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let token = try await reserve(store, request())
      #expect(try await store.releaseCacheKey(token: token, in: .standard))
      #expect(try await !store.releaseCacheKey(token: token, in: .standard))
      #expect(try await commit(store, token, "1") == nil)
      _ = try await reserve(store, request())
    }
  }

  @Test func aRefreshComputesAnewWhileOthersReadOn() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      #expect(try await commit(store, try await reserve(store, request()), "1") == true)
      let token = try await reserve(store, request(refresh: true))
      #expect(try await hit(store)?.payload == payload("1"))
      #expect(try await commit(store, token, "2") == true)
      #expect(try await hit(store)?.payload == payload("2"))
    }
  }

  @Test func whatIsInvalidatedIsNotCommitted() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      for key in ["a/1", "a/2", "a%", "b"] {
        let token = try await reserve(store, key, request())
        if key != "a/2" { #expect(try await commit(store, token, "1") == true) }
      }
      let computing = try await store.listCacheEntries(in: .standard, prefix: "a/", limit: 10)
      #expect(computing.map(\.key) == ["a/1", "a/2"])
      #expect(computing.map(\.isReserved) == [false, true])
      let token = try await reserve(store, "b", request(refresh: true))
      #expect(try await store.invalidateCacheKeys(["b"], prefix: "a/", in: .standard) == 3)
      #expect(try await commit(store, token, "2") == nil)
      #expect(
        try await store.listCacheEntries(in: .standard, limit: 10).map(\.key) == ["a%"])
      #expect(try await store.invalidateCacheKeys([], prefix: "", in: .standard) == 0)
      #expect(try await fixture.number("SELECT count(*) FROM cache_reservation") == 1)
    }
  }

  @Test func valuesExpireAndTheirRowsGo() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      for number in 0..<5 {
        let token = try await reserve(store, "k\(number)", request(expires: .hours(1)))
        #expect(try await commit(store, token, "1") == true)
      }
      #expect(try await commit(store, try await reserve(store, "forever", request()), "1") == true)
      _ = try await reserve(store, "computing", request(lease: .hours(10)))
      #expect(try await store.clearCache(limit: 100) == 0)
      try await fixture.sql(
        """
        UPDATE cache_entry SET expire_time = expire_time - interval '2 hours',
          busy_until = busy_until - interval '2 hours';
        UPDATE cache_reservation SET lapse_time = lapse_time - interval '2 hours'
        """)
      #expect(try await hit(store, "forever") != nil)
      #expect(try await store.clearCache(limit: 2) == 2)
      while try await store.clearCache(limit: 2) > 0 {}
      #expect(
        try await store.listCacheEntries(in: .standard, limit: 10).map(\.key)
          == ["computing", "forever"])
      #expect(try await fixture.number("SELECT count(*) FROM cache_reservation") == 1)
    }
  }

  @Test func aValueEndsWithTheStoredResult() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let end = try await store.ping() + .hours(1)
      let result = try await store.putResult(
        payload("1"), id: .random(), runID: nil, expireTime: end, in: .standard, actor: "t")
      let kept = try await store.putResult(
        payload("1"), id: .random(), runID: nil, expireTime: nil, in: .standard, actor: "t")
      for (expires, wanted) in [
        (nil, end), (Interval.hours(2), end), (Interval.seconds(60), nil),
      ] as [(Interval?, Instant?)] {
        let token = try await reserve(store, request(expires: expires, refresh: true))
        let committed = try await store.commitCacheKey(
          token: token, payload: result.reference, expireTime: nil, in: .standard)
        let value = try #require(committed?.entry.value)
        #expect(value.payload == result.reference)
        let expireTime = try #require(value.expireTime)
        if let wanted { #expect(expireTime == wanted) } else { #expect(expireTime < end) }
        #expect(try await hit(store) == value)
      }
      let token = try await reserve(store, request(refresh: true))
      let committed = try await store.commitCacheKey(
        token: token, payload: kept.reference, expireTime: nil, in: .standard)
      #expect(committed?.isStored == true && committed?.entry.value?.expireTime == nil)
    }
  }

  @Test func theAddressOfNothingIsNotCommitted() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let elsewhere = try Namespace("other")
      let (gone, others) = (ObjectID.random(), ObjectID.random())
      for (id, namespace) in [(gone, Namespace.standard), (others, elsewhere)] {
        _ = try await store.putResult(
          payload("1"), id: id, runID: nil, expireTime: try await store.ping() + .hours(1),
          in: namespace,
          actor: "t")
      }
      try await fixture.sql(
        "UPDATE result SET expire_time = now() - interval '1 second' WHERE id = '\(gone)'")
      let token = try await reserve(store, request())
      for name in ["\(gone)", "\(others)", "\(ObjectID.random())", "x"] {
        let address = StoredResult.scheme + name
        await #expect(throws: StoreError.notFound(resource: "result", name: address)) {
          _ = try await store.commitCacheKey(
            token: token, payload: Payload(mediaType: "t", body: .uri(address)), expireTime: nil,
            in: .standard)
        }
      }
      // The reservation goes on; addresses elsewhere are nobody's concern here.
      let committed = try await store.commitCacheKey(
        token: token, payload: Payload(mediaType: "t", body: .uri("s3://b/k")), expireTime: nil,
        in: .standard)
      #expect(committed?.isStored == true)
    }
  }

  @Test func anExpiredValueIsComputedAgain() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let token = try await reserve(store, request(expires: .hours(1)))
      #expect(try await commit(store, token, "1") == true)
      try await fixture.sql("UPDATE cache_entry SET expire_time = now() - interval '1 second'")
      #expect(try await commit(store, try await reserve(store, request()), "2") == true)
      #expect(try await hit(store)?.payload == payload("2"))
    }
  }

  @Test func keysOfNamespacesAreTheirOwn() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let other = try Namespace("other")
      let token = try await reserve(store, request())
      #expect(
        try await store.commitCacheKey(
          token: token, payload: payload("9"), expireTime: nil, in: other) == nil)
      #expect(try await !store.releaseCacheKey(token: token, in: other))
      #expect(try await commit(store, token, "1") == true)
      guard case .reserved = try await store.reserveCacheKey("k", request(), in: other) else {
        Issue.record("a hit on another namespace's value")
        return
      }
    }
  }

  @Test func hostileKeysAreRefused() async throws {
    try await StoreFixture.with { fixture in
      for key in ["", "a\0b", String(repeating: "k", count: 1001)] {
        await #expect(throws: StoreError.self) {
          _ = try await fixture.store.reserveCacheKey(key, request(), in: .standard)
        }
      }
    }
  }

  @Test func longKeysAndOddTextAreKept() async throws {
    try await StoreFixture.with { fixture in
      let odd = String(repeating: "ü", count: 500)
      let token = try await reserve(fixture.store, odd, request())
      let kept = try await commit(fixture.store, token, #""\ud83d\ude00""#)
      #expect(kept == true)
      let value = try await hit(fixture.store, odd)
      #expect(value?.payload == payload(#""\ud83d\ude00""#))
    }
  }
}
