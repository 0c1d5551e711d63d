// Decides how a key of the cache is reserved, committed and given back: each under the lock of the key.

public import MartletModel
import MartletPostgres

extension Store {
  /// Looks a key up and reserves it for the caller when it holds nothing usable.
  /// - Throws: `invalid`; `alreadyExists` if the token is that of another key.
  public func reserveCacheKey(
    _ key: String, _ request: CacheRequest, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> CacheOutcome {
    try checkKey(key)
    do throws(InvalidValue) { try request.validate() } catch {
      throw .invalid(field: error.field, why: error.problem)
    }
    if !request.refresh, let entry = try await cachedEntry(key, in: namespace, deadline) {
      return .hit(entry)
    }
    return try await write(deadline) { connection in
      while true {
        let answer = try connection.transaction { pipeline -> CacheOutcome? in
          try pipeline.execute(SQL.insertCacheEntry) {
            $0.bind(namespace)
            $0.bind(key)
          }
          let locked = try pipeline.lockedCacheKey(key, token: request.token, in: namespace)
          guard let locked else { return nil }
          if locked.isTokenOfOther {
            throw StoreError.alreadyExists(
              resource: "cache reservation", name: "\(ObjectID(request.token))")
          }
          switch request.decide(locked.entry, locked.reservations, now: locked.now) {
          case .hit(let value): return .hit(StoredCacheEntry(key: key, value: value))
          case .busy(let holder):
            if let run = request.runID {
              try pipeline.execute(SQL.noteCacheWait) {
                $0.bind(run)
                $0.bind(key)
                $0.bind(namespace)
              }
            }
            return .busy(holder, left: locked.now.distance(to: holder.lapseTime))
          case .reserve(let reservation):
            try pipeline.hold(reservation, of: key, in: namespace)
            return .reserved(reservation)
          }
        }
        // Nil when the key was invalidated between two statements.
        if let answer { return answer }
      }
    }
  }

  /// As without `patience`, but waits for another holder, at most for that time. A commit wakes it, of
  /// another replica by the hint; it also looks now and then.
  public func reserveCacheKey(
    _ key: String, _ request: CacheRequest, in namespace: Namespace, patience: Duration,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> CacheOutcome {
    let end = ContinuousClock.now + patience
    while true {
      let rings = cacheWakes.rings
      let outcome = try await reserveCacheKey(key, request, in: namespace, deadline: deadline)
      guard case .busy(_, let left) = outcome else { return outcome }
      let remaining = ContinuousClock.now.duration(to: end)
      guard remaining > .zero, !Task.isCancelled else { return outcome }
      let lapse = Duration.microseconds(max(1000, left.microseconds))
      await cacheWakes.wait(after: rings, atMost: min(remaining, lapse, Self.cachePollInterval))
      // Every commit of any run may ring: those who wait look at most so often.
      try? await Task.sleep(for: min(Self.cacheWakePause, remaining))
    }
  }

  static let cachePollInterval = Duration.seconds(1)
  static let cacheWakePause = Duration.milliseconds(20)

  /// Writes what was computed.
  /// - Returns: Whether it was kept, and what the key holds; nil when the reservation has lapsed or the
  ///   key was invalidated: then nothing was written.
  /// - Throws: `notFound` if the payload is the address of a stored result that is not there.
  public func commitCacheKey(
    token: UUIDValue, payload: Payload, expireTime: Instant?, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (isStored: Bool, entry: StoredCacheEntry)? {
    let committed = try await write(deadline) { connection in
      try connection.transaction { pipeline -> Committed? in
        let key = try pipeline.query(SQL.findCacheKey) {
          $0.bind(ObjectID(token))
          $0.bind(namespace)
        }.first { row throws(PostgresError) in try row.get(0, as: String.self) }
        guard let key,
          let locked = try pipeline.lockedCacheKey(key, token: token, in: namespace)
        else { return nil }
        let own = locked.reservations.first { $0.token == token }
        let commit = CacheCommit.decide(
          payload, expireTime: expireTime, entry: locked.entry, reservation: own, now: locked.now)
        switch commit {
        case .fenced: return nil
        case .repeated(let value): return Committed(isStored: true, key: key, value: value)
        case .lost(let value):
          try pipeline.end(token, .lost)
          return Committed(isStored: false, key: key, value: value)
        case .store(let computed):
          let value = try pipeline.bounded(computed, in: namespace)
          try pipeline.store(value, for: key, in: namespace)
          try pipeline.end(token, .stored)
          return Committed(isStored: true, key: key, value: value)
        }
      }
    }
    tellCache()
    guard let committed else { return nil }
    return (committed.isStored, StoredCacheEntry(key: committed.key, value: committed.value))
  }

  private struct Committed: Sendable {
    var isStored: Bool
    var key: String
    var value: CachedValue
  }

  /// Gives a reservation back that was not committed.
  /// - Returns: Whether it was there.
  @discardableResult
  public func releaseCacheKey(
    token: UUIDValue, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Bool {
    let released = try await write(deadline) { connection in
      try connection.query(SQL.releaseCacheReservation) {
        $0.bind(ObjectID(token))
        $0.bind(namespace)
      }.affected > 0
    }
    tellCache()
    return released
  }

  /// Wakes those who wait for a key, here and by the next hint in the other replicas.
  func tellCache() {
    cacheWakes.ring()
    hints.raise()
  }

  func checkKey(_ key: String) throws(StoreError) {
    if key.isEmpty { throw .invalid(field: "key", why: "is empty") }
    try checkText(key, field: "key", limit: CacheLimits.key)
  }
}
