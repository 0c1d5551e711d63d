// Decides what is read and written of a key while its lock is held.

import MartletModel
import MartletPostgres

/// A key of the cache under its lock.
struct LockedCacheKey {
  var entry: CacheEntry
  /// Those who compute serializably, and the one of the caller's token.
  var reservations: [CacheReservation] = []
  /// Whether the caller's token belongs to another key.
  var isTokenOfOther = false
  var now = Instant.epoch
}

extension Pipeline {
  /// Locks a key and reads it; nil when it is not there.
  borrowing func lockedCacheKey(
    _ key: String, token: UUIDValue, in namespace: Namespace
  ) throws -> LockedCacheKey? {
    let entry = try query(SQL.lockCacheEntry) {
      $0.bind(namespace)
      $0.bind(key)
    }.first { row throws(PostgresError) in
      CacheEntry(revision: try row.get(1), value: try CachedValue(row))
    }
    guard let entry else { return nil }
    var locked = LockedCacheKey(entry: entry)
    try query(SQL.readCacheReservations) {
      $0.bind(namespace)
      $0.bind(key)
      $0.bind(ObjectID(token))
    }.forEach { row throws(PostgresError) in
      locked.now = try row.get(0)
      guard !row.isNull(1) else { return }
      guard try row.get(8, as: Bool.self) else {
        locked.isTokenOfOther = true
        return
      }
      locked.reservations.append(
        CacheReservation(
          token: try row.get(1, as: ObjectID.self).value, runID: try row.optional(2),
          isolation: CacheIsolation(rawValue: try row.get(3)) ?? .serializable,
          revision: try row.get(4), lapseTime: try row.get(5), expireAfter: try row.optional(6),
          outcome: try row.optional(7, as: Int16.self).flatMap(CacheReservation.Outcome.init)))
    }
    return locked
  }

  /// Writes a reservation of the locked key.
  borrowing func hold(
    _ reservation: CacheReservation, of key: String, in namespace: Namespace
  ) throws {
    try execute(SQL.upsertCacheReservation) {
      $0.bind(ObjectID(reservation.token))
      $0.bind(namespace)
      $0.bind(key)
      $0.bind(reservation.runID)
      $0.bind(reservation.isolation.rawValue)
      $0.bind(reservation.revision)
      $0.bind(reservation.lapseTime)
      $0.bind(reservation.expireAfter)
    }
  }

  /// Writes the value of the locked key.
  borrowing func store(_ value: CachedValue, for key: String, in namespace: Namespace) throws {
    try execute(SQL.storeCacheValue) {
      $0.bind(namespace)
      $0.bind(key)
      $0.bind(PostgresJSON(value.payload.json.text))
      $0.bind(value.sourceRun)
      $0.bind(value.computeTime)
      $0.bind(value.expireTime)
    }
  }

  /// The value, used no longer than the stored result that it refers to, if it refers to one.
  /// - Throws: `notFound` if there is no such result.
  borrowing func bounded(
    _ value: CachedValue, in namespace: Namespace
  ) throws -> CachedValue {
    guard case .uri(let address) = value.payload.body, address.hasPrefix(StoredResult.scheme)
    else { return value }
    let missing = StoreError.notFound(resource: "result", name: address)
    guard let id = StoredResult.id(at: address) else { throw missing }
    let bounded = try query(SQL.holdResult) {
      $0.bind(namespace)
      $0.bind(id)
    }.first { row throws(PostgresError) in
      value.bounded(by: try row.optional(0))
    }
    guard let bounded else { throw missing }
    return bounded
  }

  /// Notes what the commit of a reservation came to.
  borrowing func end(_ token: UUIDValue, _ outcome: CacheReservation.Outcome) throws {
    try execute(SQL.endCacheReservation) {
      $0.bind(ObjectID(token))
      $0.bind(outcome.rawValue)
    }
  }
}

extension CachedValue {
  /// Reads a row whose third to sixth columns are the value of an entry; nil when it has none.
  init?(_ row: borrowing PostgresRow) throws(PostgresError) {
    let payload: PostgresJSON? = try row.optional(2)
    guard let payload else { return nil }
    self.init(
      payload: Payload(json: try JSONValue(payload)), sourceRun: try row.optional(3),
      computeTime: try row.get(4), expireTime: try row.optional(5))
  }
}
