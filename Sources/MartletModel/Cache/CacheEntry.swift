// Decides what a key of the cache holds, and when that is still good.

/// A key of the cache, as the decisions see it.
public struct CacheEntry: Sendable, Equatable {
  /// Raised by every commit; 0 before the first.
  public var revision: Int64
  /// What was computed; nil before the first commit.
  public var value: CachedValue?

  /// Makes an entry.
  public init(revision: Int64 = 0, value: CachedValue? = nil) {
    self.revision = revision
    self.value = value
  }
}

/// What was computed for a key.
public struct CachedValue: Sendable, Equatable {
  /// The result, or where it is kept.
  public var payload: Payload
  /// The run that computed it; nil when none is known.
  public var sourceRun: RunID?
  /// When it was committed.
  public var computeTime: Instant
  /// From when on it is no longer used; nil for never.
  public var expireTime: Instant?

  /// Makes a value.
  public init(
    payload: Payload, sourceRun: RunID? = nil, computeTime: Instant, expireTime: Instant? = nil
  ) {
    self.payload = payload
    self.sourceRun = sourceRun
    self.computeTime = computeTime
    self.expireTime = expireTime
  }

  /// Whether it may be used at a time.
  public func isFresh(at now: Instant) -> Bool { expireTime.map { now < $0 } ?? true }

  /// The value with an end no later than that of what it refers to; nil for what never ends.
  public func bounded(by end: Instant?) -> CachedValue {
    var value = self
    value.expireTime = [expireTime, end].compactMap(\.self).min()
    return value
  }
}

/// How callers that want one key at the same time are kept apart.
public enum CacheIsolation: Int16, Sendable, CaseIterable {
  /// One computes, the others wait.
  case serializable = 1
  /// Everyone computes; the first commit is kept.
  case readCommitted = 2
}

/// The sizes and times of the cache.
public enum CacheLimits {
  /// Longest key, in bytes.
  public static let key = 1000
  /// How long a reservation may be asked for.
  public static let lease = Interval.seconds(1)...Interval.hours(24)
  /// How long a reservation is when nothing is asked for.
  public static let standardLease = Interval.seconds(60)
}
