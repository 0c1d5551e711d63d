// Decides what must be known of a run to explain it: all of it as it was at one moment.

/// What explains a run.
public struct RunFacts: Sendable {
  /// Where it stands.
  public var run: RunSnapshot
  /// Its state in full.
  public var state: RunState
  /// Who brought it into its state.
  public var actor: String
  /// Why the state is another than the reported one; nil when it is not, or nobody reported.
  public var reason: Reason?
  /// The enclosing run; nil at the root, and when it is gone.
  public var parent: RunSnapshot?
  /// The session of its owner; nil without one, and when it is forgotten.
  public var session: SessionFact?
  /// Slots that it holds, waits for or is to ask for, limit by limit.
  public var limits: [LimitFact]
  /// Keys of the cache whose values it computes.
  public var cacheKeys: [CacheFact]
  /// Where it waits for a worker; nil unless it is a run of a deployment and waits for one.
  public var work: WorkFact?
  /// When this was so.
  public var now: Instant

  /// Gathers facts.
  public init(
    run: RunSnapshot, state: RunState, actor: String, reason: Reason? = nil,
    parent: RunSnapshot? = nil, session: SessionFact? = nil, limits: [LimitFact] = [],
    cacheKeys: [CacheFact] = [], work: WorkFact? = nil, now: Instant
  ) {
    self.run = run
    self.state = state
    self.actor = actor
    self.reason = reason
    self.parent = parent
    self.session = session
    self.limits = limits
    self.cacheKeys = cacheKeys
    self.work = work
    self.now = now
  }
}

/// The session of an owner.
public struct SessionFact: Sendable, Equatable {
  /// The session.
  public var id: SessionID
  /// Who holds it.
  public var holder: String
  /// Until when its last heartbeat vouches for it.
  public var leaseUntil: Instant

  /// Makes a fact.
  public init(id: SessionID, holder: String, leaseUntil: Instant) {
    self.id = id
    self.holder = holder
    self.leaseUntil = leaseUntil
  }
}

/// Slots of one limit that a run holds, waits for, or is to ask for.
public struct LimitFact: Sendable, Equatable {
  /// Somebody who holds slots of it.
  public struct Holder: Sendable, Equatable {
    /// For people.
    public var name: String
    /// The run that it holds them for.
    public var runID: RunID?
    /// Since when it holds them; nil when that is not known.
    public var since: Instant?

    /// Makes a holder.
    public init(_ name: String, runID: RunID? = nil, since: Instant? = nil) {
      self.name = name
      self.runID = runID
      self.since = since
    }
  }

  /// The limit and how full it is.
  public var limit: LimitOccupancy
  /// Its name.
  public var name: String
  /// What it is for.
  public var scope: LimitScope
  /// Slots that the run holds or wants.
  public var wanted: Int32
  /// Its place in line, 1 first; nil when it holds the slots.
  public var place: Int64?
  /// When it is served if nothing but time passes.
  public var serveTime: Instant?
  /// Who holds slots, those who have held them longest first; not all of many.
  public var holders: [Holder]
  /// How many hold slots.
  public var holderCount: Int64
  /// Whether the run has slots of it or stands in line; else it asks for them when it starts.
  public var hasAsked = true

  /// Makes a fact.
  public init(
    limit: LimitOccupancy, name: String, scope: LimitScope, wanted: Int32, place: Int64? = nil,
    serveTime: Instant? = nil, holders: [Holder] = [], holderCount: Int64 = 0
  ) {
    self.limit = limit
    self.name = name
    self.scope = scope
    self.wanted = wanted
    self.place = place
    self.serveTime = serveTime
    self.holders = holders
    self.holderCount = holderCount
  }
}

/// A key of the cache that concerns a run.
public struct CacheFact: Sendable, Equatable {
  /// The key.
  public var key: String
  /// The run that computes its value; nil when that is not known.
  public var holder: RunID?
  /// When that one is taken for dead.
  public var lapseTime: Instant
  /// Whether it is the run itself.
  public var isOwn: Bool

  /// Makes a fact.
  public init(key: String, holder: RunID?, lapseTime: Instant, isOwn: Bool) {
    self.key = key
    self.holder = holder
    self.lapseTime = lapseTime
    self.isOwn = isOwn
  }
}
