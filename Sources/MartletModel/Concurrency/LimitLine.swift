// Decides who in line gets slots: first come, first served, all or nothing. One who cannot be served keeps what is free of
// the limits that he waits for from those behind, so that a large request is never starved by small ones.

/// Those who wait for slots of some limits.
public struct LimitLine: Sendable {
  /// One who waits.
  public struct Waiter: Sendable, Hashable {
    /// The lease that is asked for.
    public var id: LeaseID
    /// Smaller came first.
    public var number: Int64
    /// What is wanted, each limit once.
    public var wants: [SlotWant]

    /// Stands in line.
    public init(id: LeaseID, number: Int64, wants: [SlotWant]) {
      self.id = id
      self.number = number
      self.wants = wants
    }
  }

  /// One who is served.
  public struct Grant: Sendable, Hashable {
    /// The lease.
    public var id: LeaseID
    /// What it holds from now on.
    public var holds: [SlotHold]
  }

  /// What a round comes to.
  public struct Round: Sendable, Hashable {
    /// Who is served, in the order of the line.
    public var grants: [Grant] = []
    /// Who can be served when nothing but time has passed, and when.
    public var due: [LeaseID: Instant] = [:]
    /// Whether somebody out of sight may be next: the part of a line that was cut has nobody left who waits.
    public var isCutShort = false
    /// Whether there may be more to do at once.
    public var hasMore: Bool { isCutShort && !grants.isEmpty }
  }

  private var limits: [LimitID: LimitOccupancy]
  private let waiters: [Waiter]
  private let ends: [LimitID: Int64]

  /// Takes a line.
  ///
  /// - Parameters:
  ///   - limits: the limits that may be granted from; one who wants another is not served.
  ///   - waiters: who waits for any of them.
  ///   - ends: where the line of a limit was cut: the last number that is known; without an entry it is whole.
  public init(limits: [LimitOccupancy], waiters: [Waiter], ends: [LimitID: Int64] = [:]) {
    self.limits = Dictionary(limits.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.waiters = waiters.sorted { $0.number < $1.number }
    self.ends = ends
  }

  /// Serves whom it can.
  public mutating func serve(at now: Instant) -> Round {
    var round = Round()
    var closed: Set<LimitID> = []
    // Limits in front of which somebody in sight goes on waiting.
    var kept: Set<LimitID> = []
    for waiter in waiters {
      switch chance(of: waiter, closed, now) {
      case .now:
        let holds = waiter.wants.compactMap { limits[$0.limit]?.take($0.slots, at: now) }
        round.grants.append(Grant(id: waiter.id, holds: holds))
      case .later(let time):
        closed.formUnion(waiter.wants.map(\.limit))
        kept.formUnion(waiter.wants.map(\.limit).filter { keeps($0, waiter) })
        if let time { round.due[waiter.id] = time }
      // Such a one would hold up the line until somebody changes the limit.
      case .never: continue
      }
    }
    round.isCutShort = ends.keys.contains { !kept.contains($0) }
    return round
  }

  /// Whether nobody passes somebody who waits for a limit.
  private func keeps(_ limit: LimitID, _ waiter: Waiter) -> Bool {
    waiter.number <= ends[limit] ?? .max && limits[limit]?.isEnabled ?? true
  }

  private enum Chance { case now, later(Instant?), never }

  private func chance(of waiter: Waiter, _ closed: Set<LimitID>, _ now: Instant) -> Chance {
    var isBehind = false
    var isFull = false
    var time: Instant?
    for want in waiter.wants {
      guard let limit = limits[want.limit] else {
        isBehind = true
        continue
      }
      switch limit.room(for: want.slots, at: now) {
      case .tooMany, .closed: return .never
      case .full(let until?):
        time = max(time ?? until, until)
        isFull = true
      case .full(nil): isBehind = true
      case .free: break
      }
      if limit.isEnabled, closed.contains(want.limit) { isBehind = true }
      if let end = ends[want.limit], waiter.number > end { isBehind = true }
    }
    if isBehind { return .later(nil) }
    return isFull ? .later(time) : .now
  }
}
