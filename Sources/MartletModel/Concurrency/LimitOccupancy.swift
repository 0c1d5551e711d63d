// Decides whether slots of one limit are free, when they will be, and what taking them means.

/// Slots of one limit that somebody wants.
public struct SlotWant: Sendable, Hashable {
  /// The limit.
  public var limit: LimitID
  /// How many.
  public var slots: Int32

  /// Wants slots.
  public init(_ limit: LimitID, slots: Int32) {
    self.limit = limit
    self.slots = slots
  }
}

/// Slots of one limit that a lease holds.
public struct SlotHold: Sendable, Hashable {
  /// The limit.
  public var limit: LimitID
  /// How many.
  public var slots: Int32
  /// When they are all back; nil for slots that come back by release.
  public var returnTime: Instant?

  /// Holds slots.
  public init(_ limit: LimitID, slots: Int32, returnTime: Instant? = nil) {
    self.limit = limit
    self.slots = slots
    self.returnTime = returnTime
  }
}

/// A limit and how full it is, as counted from its holds.
public struct LimitOccupancy: Sendable, Hashable {
  /// Whether some slots may be taken now.
  public enum Room: Sendable, Hashable {
    /// They may.
    case free
    /// Not yet; with the time when they will be free, if nothing but time must pass.
    case full(until: Instant?)
    /// Never: the limit has fewer.
    case tooMany
    /// Not while the limit has none.
    case closed
  }

  /// The limit.
  public var id: LimitID
  /// How many slots it has.
  public var slots: Int32
  /// How they come back by time, if they do.
  public var decay: SlotDecay?
  /// Whether it refuses anybody.
  public var isEnabled: Bool
  /// Slots that come back by release.
  public var held: Int64
  /// Slots of holds whose return time has not come.
  public var draining: Int64
  /// The last of those return times.
  public var drainedBy: Instant?

  /// Puts an occupancy together.
  public init(
    id: LimitID, slots: Int32, decay: SlotDecay? = nil, isEnabled: Bool = true, held: Int64 = 0,
    draining: Int64 = 0, drainedBy: Instant? = nil
  ) {
    self.id = id
    self.slots = slots
    self.decay = decay
    self.isEnabled = isEnabled
    self.held = held
    self.draining = draining
    self.drainedBy = drainedBy
  }

  /// Slots that are taken at a time, those on their way back included until they have arrived.
  public func taken(at now: Instant) -> Int64 {
    guard let decay else { return held + (level(now) > 0 ? draining : 0) }
    let interval = decay.interval.microseconds
    return held + (level(now) + interval - 1) / interval
  }

  /// Whether so many slots may be taken at a time.
  public func room(for wanted: Int32, at now: Instant) -> Room {
    guard isEnabled else { return .free }
    guard slots > 0 else { return .closed }
    guard wanted <= slots else { return .tooMany }
    let free = Int64(slots) - held - Int64(wanted)
    guard free >= 0 else { return .full(until: nil) }
    let level = level(now)
    guard let decay else {
      return level == 0 || free >= draining ? .free : .full(until: drainedBy)
    }
    let excess = level - free * decay.interval.microseconds
    return excess <= 0 ? .free : .full(until: now + Interval(microseconds: excess))
  }

  /// Takes slots, whether or not there is room.
  public mutating func take(_ wanted: Int32, at now: Instant) -> SlotHold {
    guard let decay else {
      held += Int64(wanted)
      return SlotHold(id, slots: wanted)
    }
    // What a disabled limit lets pass is not to be paid for later.
    guard isEnabled else { return SlotHold(id, slots: wanted, returnTime: now) }
    let begin = max(now, drainedBy ?? now)
    let end =
      begin + Interval(microseconds: decay.interval.microseconds * Int64(wanted))
    if level(now) == 0 { draining = 0 }
    draining += Int64(wanted)
    drainedBy = end
    return SlotHold(id, slots: wanted, returnTime: end)
  }

  /// Microseconds until all slots that come back by time are back.
  private func level(_ now: Instant) -> Int64 {
    max(0, drainedBy.map { now.distance(to: $0).microseconds } ?? 0)
  }
}
