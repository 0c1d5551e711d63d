// Decides how keys of the cache are looked at, forgotten and cleared away.

public import MartletModel
import MartletPostgres

/// A key of the cache with what it holds.
public struct StoredCacheEntry: Sendable, Equatable {
  /// The key.
  public var key: String
  /// What was computed; nil while it is computed for the first time.
  public var value: CachedValue?
  /// Whether somebody computes; known in lists only.
  public var isReserved = false
}

/// What a caller gets of a key.
public enum CacheOutcome: Sendable, Equatable {
  /// The value.
  case hit(StoredCacheEntry)
  /// A lease on computing it.
  case reserved(CacheReservation)
  /// Another one computes; its lease lapses in that time.
  case busy(CacheReservation, left: Interval)
}

extension Store {
  /// Forgets keys, and what is being computed for them can no longer be committed.
  /// - Parameter prefix: All keys that begin so; empty for none but `keys`.
  /// - Returns: How many there were.
  public func invalidateCacheKeys(
    _ keys: [String], prefix: String, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int {
    for key in keys { try checkKey(key) }
    try checkText(prefix, field: "prefix", limit: CacheLimits.key)
    let count = try await write(deadline) { connection in
      try connection.query(SQL.deleteCacheEntries) {
        $0.bind(namespace)
        $0.bindArray(keys)
        $0.bind(prefix)
      }.affected
    }
    tellCache()
    return count
  }

  /// Lists keys in the order of their bytes.
  public func listCacheEntries(
    in namespace: Namespace, prefix: String = "", after key: String = "", limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [StoredCacheEntry] {
    try checkText(prefix, field: "prefix", limit: CacheLimits.key)
    try checkText(key, field: "page_token", limit: CacheLimits.key)
    return try await read(deadline) { connection in
      try connection.query(SQL.listCacheEntries) {
        $0.bind(namespace)
        $0.bind(prefix)
        $0.bind(key)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in
        StoredCacheEntry(
          key: try row.get(0), value: try CachedValue(row), isReserved: try row.get(6))
      }
    }
  }

  /// Deletes keys that hold nothing usable reservations that lapsed and waits that ended long
  /// ago, at most `limit` each.
  /// - Returns: How many.
  public func clearCache(limit: Int) async throws(StoreError) -> Int {
    try await write { connection in
      let entries = try connection.query(SQL.deleteDueCacheEntries) { $0.bind(Int64(limit)) }
        .affected
      let lapsed = try connection.query(SQL.deleteLapsedCacheReservations) {
        $0.bind(Int64(limit))
      }.affected
      let waits = try connection.query(SQL.deleteOldCacheWaits) { $0.bind(Int64(limit)) }.affected
      return max(entries, lapsed, waits)
    }
  }

  /// What a key holds, if it is usable now.
  func cachedEntry(
    _ key: String, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> StoredCacheEntry? {
    try await read(deadline) { connection in
      var entry: StoredCacheEntry?
      try connection.query(SQL.getCacheEntry) {
        $0.bind(namespace)
        $0.bind(key)
      }.forEach { row throws(PostgresError) in
        let now: Instant = try row.get(6)
        guard let value = try CachedValue(row), value.isFresh(at: now) else { return }
        entry = StoredCacheEntry(key: key, value: value)
      }
      return entry
    }
  }
}
