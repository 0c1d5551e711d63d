// Decides who computes the value of a key, and whose value is kept. The caller holds the lock on the key.

/// What a caller wants of a key.
public struct CacheRequest: Sendable, Equatable {
  /// Names the reservation; the same again renews it.
  public var token: UUIDValue
  /// The run that would compute; nil when none is known.
  public var runID: RunID?
  /// How callers are kept apart.
  public var isolation: CacheIsolation
  /// How long the caller may compute.
  public var lease: Interval
  /// How long the value is used once it is committed; nil for ever.
  public var expireAfter: Interval?
  /// Whether a value that is there does not do.
  public var refresh: Bool

  /// Makes a request.
  public init(
    token: UUIDValue, runID: RunID? = nil, isolation: CacheIsolation = .serializable,
    lease: Interval = CacheLimits.standardLease, expireAfter: Interval? = nil,
    refresh: Bool = false
  ) {
    self.token = token
    self.runID = runID
    self.isolation = isolation
    self.lease = lease
    self.expireAfter = expireAfter
    self.refresh = refresh
  }

  /// Checks the lengths of time.
  /// - Throws: `InvalidValue`, which names the field.
  public func validate() throws(InvalidValue) {
    guard CacheLimits.lease.contains(lease) else {
      throw InvalidValue("lease", "must be 1 second to 24 hours")
    }
    if let expireAfter, !(Interval(microseconds: 1)...Interval.hours(876_000)).contains(expireAfter)
    {
      throw InvalidValue("expire_after", "must be more than 0 and at most 100 years")
    }
  }

  /// What a caller is told of a key.
  public enum Answer: Sendable, Equatable {
    /// The value is there.
    case hit(CachedValue)
    /// The caller is to compute.
    case reserve(CacheReservation)
    /// Another one computes.
    case busy(holder: CacheReservation)
  }

  /// Decides for one caller.
  /// - Parameter reservations: At least the caller's own, if there is one, and those that are held
  ///   serializably.
  public func decide(
    _ entry: CacheEntry, _ reservations: [CacheReservation], now: Instant
  ) -> Answer {
    let own = reservations.first { $0.token == token }
    // Its own commit answers a caller whose request was sent twice, also one that asked for a fresh value.
    if let value = entry.value, value.isFresh(at: now), !refresh || own?.outcome != nil {
      return .hit(value)
    }
    if isolation == .serializable,
      let holder = reservations.first(where: {
        $0.token != token && $0.isolation == .serializable && $0.isHeld(at: now)
      })
    {
      return .busy(holder: holder)
    }
    // Renewed in time, it goes on from where it began.
    let begun = own.flatMap { $0.isHeld(at: now) ? $0.revision : nil }
    return .reserve(
      CacheReservation(
        token: token, runID: runID, isolation: isolation, revision: begun ?? entry.revision,
        lapseTime: now + lease, expireAfter: expireAfter))
  }
}

/// What becomes of a value that was computed.
public enum CacheCommit: Sendable, Equatable {
  /// It is kept.
  case store(CachedValue)
  /// It was kept already: the commit came twice.
  case repeated(CachedValue)
  /// Another one was first; that one's value stays.
  case lost(CachedValue)
  /// The holder was taken for dead, or the key was invalidated: nothing is written.
  case fenced

  /// Decides on one commit.
  /// - Parameters:
  ///   - reservation: The one of the token; nil when it is gone.
  ///   - expireTime: What the caller says; nil leaves it to the reservation.
  public static func decide(
    _ payload: Payload, expireTime: Instant?, entry: CacheEntry, reservation: CacheReservation?,
    now: Instant
  ) -> CacheCommit {
    guard let reservation else { return .fenced }
    switch (reservation.outcome, entry.value) {
    case (.stored, let value?): return .repeated(value)
    case (.lost, let value?): return .lost(value)
    case (_?, nil): return .fenced
    case (nil, let value):
      guard now < reservation.lapseTime else { return .fenced }
      if let value, value.isFresh(at: now), entry.revision != reservation.revision {
        return .lost(value)
      }
      return .store(
        CachedValue(
          payload: payload, sourceRun: reservation.runID, computeTime: now,
          expireTime: expireTime ?? reservation.expireAfter.map { now + $0 }))
    }
  }
}
