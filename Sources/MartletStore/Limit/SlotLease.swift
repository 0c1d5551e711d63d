// Decides what is known of a lease of slots, and what a request for one says.

public import MartletModel
import MartletPostgres

/// Who holds slots, or wants them.
public struct SlotHolder: Sendable, Hashable {
  /// For people.
  public var name: String
  /// The run it is for.
  public var runID: RunID?
  /// The executor's session; the lease lapses with it.
  public var sessionID: SessionID?

  /// Names a holder.
  public init(_ name: String = "", runID: RunID? = nil, sessionID: SessionID? = nil) {
    self.name = name
    self.runID = runID
    self.sessionID = sessionID
  }
}

/// Slots that are held, waited for, or were held.
public struct SlotLease: Sendable, Hashable {
  /// How a lease stands. The numbers are stored and are those of the protobuf enum.
  public enum State: Int16, Sendable, Hashable, CaseIterable {
    /// In line.
    case waiting = 1
    /// Holds its slots.
    case held = 2
    /// Gave them back.
    case released = 3
    /// Was not renewed in time, or its session lapsed.
    case lapsed = 4
    /// Was ended by an operator.
    case reset = 5
  }

  /// What is expected of the limits. The numbers are stored and are those of the protobuf enum.
  public enum Mode: Int16, Sendable, Hashable, CaseIterable {
    /// Slots are held until they are released.
    case concurrency = 1
    /// Every slot comes back by time.
    case rate = 2
  }

  /// Its id, made by the one who asked.
  public var id: LeaseID
  /// Its namespace.
  public var namespace: Namespace
  /// How it stands.
  public var state: State
  /// What is expected of the limits.
  public var mode: Mode
  /// The limits and slots that were asked for, in one order: what tells a repeat from another request.
  public var request: String
  /// Who holds it.
  public var holder: SlotHolder
  /// Who asked.
  public var actor: String
  /// How long it runs after it was granted or renewed.
  public var ttl: Interval
  /// When it was first asked for.
  public var createTime: Instant
  /// When the slots were granted.
  public var grantTime: Instant?
  /// When it lapses; of one that waits, when it loses its place; nil where nobody vouches for the run that holds it.
  public var expireTime: Instant?
  /// When it ended.
  public var endTime: Instant?
  /// The place in line, 1 first; 0 unless it waits.
  public var place: Int64
  /// What it holds or wants.
  public var holds: [SlotHold]
}

/// A request for slots.
public struct SlotRequest: Sendable, Hashable, Identifiable {
  /// Slots of one limit.
  public struct Item: Sendable, Hashable {
    /// The limit.
    public var limit: LimitReference
    /// How many slots.
    public var slots: Int32

    /// Asks for slots.
    public init(_ limit: LimitReference, slots: Int32 = 1) {
      self.limit = limit
      self.slots = slots
    }
  }

  /// The key of repeats.
  public var id: LeaseID
  /// The namespace.
  public var namespace: Namespace
  /// What is wanted, all or none.
  public var items: [Item]
  /// What is expected of the limits.
  public var mode: SlotLease.Mode
  /// How long the lease runs without a renewal.
  public var ttl: Interval
  /// Who wants them.
  public var holder: SlotHolder
  /// Who asks.
  public var actor: String
  /// Whether every limit must be there.
  public var isStrict: Bool
  /// Whether to stand in line when the slots are not free.
  public var waits: Bool

  /// Makes a request.
  public init(
    id: LeaseID, in namespace: Namespace, _ items: [Item], mode: SlotLease.Mode = .concurrency,
    ttl: Interval = LimitBounds.standardTTL, holder: SlotHolder = SlotHolder(), actor: String,
    isStrict: Bool = false, waits: Bool = true
  ) {
    self.id = id
    self.namespace = namespace
    self.items = items
    self.mode = mode
    self.ttl = ttl
    self.holder = holder
    self.actor = actor
    self.isStrict = isStrict
    self.waits = waits
  }

  /// What tells a repeat from another request.
  var content: String {
    "\(mode) "
      + items.map { "\($0.slots) of \($0.limit)" }.sorted().joined(separator: ", ")
  }

  /// Checks what can be checked without the database.
  func check() throws(StoreError) {
    guard (1...LimitBounds.limitsPerLease).contains(items.count) else {
      throw .invalid(field: "limits", why: "must be 1 to \(LimitBounds.limitsPerLease)")
    }
    for (index, item) in items.enumerated() {
      guard item.slots > 0 else {
        throw .invalid(field: "limits[\(index)].slots", why: "must be more than 0")
      }
      guard item.limit.name != "" else {
        throw .invalid(field: "limits[\(index)].ref", why: "is required: an id or a name")
      }
      try checkText(
        item.limit.name ?? "", field: "limits[\(index)].ref", limit: LimitBounds.name)
    }
    guard LimitBounds.ttl.contains(ttl) else {
      throw .invalid(field: "ttl", why: "must be from 1 second to 24 hours")
    }
    try checkText(holder.name, field: "holder.name", limit: RunLimits.name)
  }
}

/// What a request for slots is answered.
public enum SlotAnswer: Sendable, Hashable {
  /// The slots are held.
  case granted(SlotLease)
  /// They are not free: what stands in the way.
  case full(FullLimit)
}

/// A limit that has no room for a request.
public struct FullLimit: Sendable, Hashable {
  /// Its name and scope.
  public var limit: LimitReference
  /// How many slots it has.
  public var slots: Int32
  /// How many of them are taken.
  public var taken: Int64
  /// Leases that hold slots which come back by release.
  public var holders: Int64
  /// The place in line of the one who asked; 0 when it does not stand there.
  public var place: Int64
  /// How long until there is room, if nothing but time must pass.
  public var delay: Interval?
}

extension SlotLease {
  /// Reads a row with the columns of `find_lease`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    state = try row.get(2)
    mode = try row.get(3)
    request = try row.get(4)
    holder = SlotHolder(
      try row.get(5), runID: try row.optional(6), sessionID: try row.optional(7))
    actor = try row.get(8)
    ttl = try row.get(9)
    createTime = try row.get(10)
    grantTime = try row.optional(11)
    expireTime = try row.optional(12)
    endTime = try row.optional(13)
    place = try row.optional(14) ?? 0
    let limits = try row.array(15, of: LimitID.self)
    let slots = try row.array(16, of: Int32.self)
    let times = try row.array(17, of: Int64.self)
    holds = limits.indices.map { index in
      SlotHold(
        limits[index], slots: slots[index],
        returnTime: times[index] == 0 ? nil : Instant(microseconds: times[index]))
    }
  }
}
