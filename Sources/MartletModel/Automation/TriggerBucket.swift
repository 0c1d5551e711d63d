// Decides when a trigger fires: how a window opens, counts and ends, by an event or by time alone. Pure: the time is told.

/// A window of a trigger, for one combination of labels.
public struct TriggerBucket: Sendable, Hashable {
  /// The values of the labels.
  public var key: [String]
  /// When it begins.
  public var start: Instant
  /// When it ends; nil for one that waits for its events for ever.
  public var end: Instant?
  /// The latest time of an event that was counted; the beginning when none was.
  public var last: Instant
  /// How many events were counted.
  public var count = 0
  /// Whether the trigger has fired in it.
  public var hasFired = false

  /// Opens a window.
  public init(key: [String], start: Instant, end: Instant?) {
    self.key = key
    self.start = start
    self.end = end
    last = start
  }
}

/// That a trigger fired.
public struct TriggerFiring: Sendable, Hashable {
  /// The values of the labels.
  public var key: [String]
  /// When its window began.
  public var start: Instant
  /// How many events were counted in it.
  public var count: Int
}

/// What becomes of a window.
public struct TriggerStep: Sendable, Hashable {
  /// The window now; nil for none.
  public var bucket: TriggerBucket?
  /// Whether the trigger fired.
  public var firing: TriggerFiring?
}

extension EventTrigger {
  /// The window that is there before any event, for a trigger that fires for want of them.
  public func opening(at time: Instant) -> TriggerBucket? {
    guard posture == .proactive, after.isEmpty, forEach.isEmpty else { return nil }
    return TriggerBucket(key: [], start: time, end: time + within)
  }

  /// What an event makes of the window of its key.
  ///
  /// - Returns: nil when the event is none of the trigger's concern.
  public func step(_ bucket: TriggerBucket?, _ event: TriggerEvent) -> TriggerStep? {
    guard let concern = concern(event) else { return nil }
    let key = forEach.map { event.label($0) ?? "" }
    switch (posture, after.isEmpty) {
    case (.reactive, true): return gather(bucket, key, event.time)
    case (.reactive, false): return follow(bucket, key, event.time, concern)
    case (.proactive, true): return attend(bucket, key, event.time)
    case (.proactive, false): return expectAfter(bucket, key, event.time, concern)
    }
  }

  /// What time alone makes of a window.
  ///
  /// - Returns: nil when nothing changes yet.
  public func step(_ bucket: TriggerBucket, now: Instant) -> TriggerStep? {
    guard let end = bucket.end, end <= now else { return nil }
    guard posture == .proactive else {
      return end + Self.lateness <= now ? TriggerStep(bucket: nil) : nil
    }
    var step = TriggerStep(bucket: nil)
    if bucket.count < threshold { step.firing = firing(bucket) }
    if after.isEmpty {
      // Windows that nobody looked at are passed over: one firing tells of all of them.
      let passed = end.distance(to: now).microseconds / within.microseconds
      let start = end + Interval(microseconds: passed * within.microseconds)
      step.bucket = TriggerBucket(key: bucket.key, start: start, end: start + within)
    }
    return step
  }

  /// When time alone may change a window; nil for never.
  public func wake(_ bucket: TriggerBucket) -> Instant? {
    guard let end = bucket.end else { return nil }
    return posture == .proactive ? end : end + Self.lateness
  }

  private func firing(_ bucket: TriggerBucket) -> TriggerFiring {
    TriggerFiring(key: bucket.key, start: bucket.start, count: bucket.count)
  }

  /// Reactive: a window begins with its first event, and fires once.
  private func gather(_ bucket: TriggerBucket?, _ key: [String], _ time: Instant) -> TriggerStep {
    if within == .zero {
      return TriggerStep(bucket: nil, firing: TriggerFiring(key: key, start: time, count: 1))
    }
    var next = TriggerBucket(key: key, start: time, end: time + within)
    if let bucket, let end = bucket.end, time < end {
      if time < bucket.start {
        // It came late: the window begins with it, if all that was counted still falls into it.
        guard !bucket.hasFired, bucket.last < time + within else {
          return TriggerStep(bucket: bucket)
        }
        next.last = bucket.last
        next.count = bucket.count
      } else {
        next = bucket
      }
    }
    next.last = max(next.last, time)
    next.count += 1
    guard !next.hasFired, next.count >= threshold else { return TriggerStep(bucket: next) }
    next.hasFired = true
    return TriggerStep(bucket: next, firing: firing(next))
  }

  /// Reactive, after something: what comes in the window counts; firing closes it.
  private func follow(
    _ bucket: TriggerBucket?, _ key: [String], _ time: Instant, _ concern: Concern
  ) -> TriggerStep {
    if var open = bucket, open.end.map({ time < $0 }) ?? true {
      guard concern.counts, time >= open.start else { return TriggerStep(bucket: open) }
      open.count += 1
      open.last = max(open.last, time)
      guard open.count >= threshold else { return TriggerStep(bucket: open) }
      return TriggerStep(bucket: nil, firing: firing(open))
    }
    guard concern.opens else { return TriggerStep(bucket: bucket) }
    return TriggerStep(
      bucket: TriggerBucket(key: key, start: time, end: within == .zero ? nil : time + within))
  }

  /// Proactive: window follows window, each with its count.
  private func attend(_ bucket: TriggerBucket?, _ key: [String], _ time: Instant) -> TriggerStep {
    var step = TriggerStep(
      bucket: bucket ?? TriggerBucket(key: key, start: time, end: time + within))
    if let bucket, let ended = self.step(bucket, now: time) { step = ended }
    if var open = step.bucket, time >= open.start {
      open.count += 1
      open.last = max(open.last, time)
      step.bucket = open
    }
    return step
  }

  /// Proactive, after something: enough events close the window before it fires.
  private func expectAfter(
    _ bucket: TriggerBucket?, _ key: [String], _ time: Instant, _ concern: Concern
  ) -> TriggerStep {
    var step = TriggerStep(bucket: bucket)
    if let bucket, let ended = self.step(bucket, now: time) { step = ended }
    guard var open = step.bucket else {
      if concern.opens {
        step.bucket = TriggerBucket(key: key, start: time, end: time + within)
      }
      return step
    }
    guard concern.counts, time >= open.start else { return step }
    if concern.opens {
      // A sign of life: the time begins anew.
      step.bucket = TriggerBucket(key: key, start: time, end: time + within)
      return step
    }
    open.count += 1
    open.last = max(open.last, time)
    step.bucket = open.count >= threshold ? nil : open
    return step
  }
}
