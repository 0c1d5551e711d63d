// Decides what result handlers are made of, and how a key of the cache is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Serves `martlet.v1.ResultService`.
struct ResultHandlers: ResultService {
  let backend: Backend
  /// The most bytes of a result.
  let largestResult: Int
}

extension MartletProto.CacheEntry {
  /// A key of the cache as it is stored.
  init(_ entry: StoredCacheEntry) {
    self.init()
    key = entry.key
    reserved = entry.isReserved
    guard let value = entry.value else { return }
    payload = value.payload.proto
    sourceRunID = value.sourceRun?.description ?? ""
    computeTime = value.computeTime.timestamp
    expireTime = value.expireTime?.timestamp
  }
}

extension Instant {
  /// A time of a request.
  ///
  /// - Throws: `InvalidValue` outside the years that can be written.
  init?(optional timestamp: Timestamp?, _ field: String) throws(InvalidValue) {
    guard let timestamp else { return nil }
    let time = Instant(timestamp)
    guard RunLimits.times.contains(time) else {
      throw InvalidValue(field, "is outside the years 1 to 9999")
    }
    self = time
  }
}
