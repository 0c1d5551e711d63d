// Decides what is known of a limit, and what may be edited.

public import MartletModel
import MartletPostgres

/// How a limit is named in a request: by its id, or by scope and name.
public enum LimitReference: Sendable, Hashable, CustomStringConvertible {
  /// By its id.
  case id(LimitID)
  /// By scope and name.
  case named(LimitScope, String)

  /// A text that is an id or else a name; no limit has a name that reads as an id.
  public init(_ text: String, scope: LimitScope) {
    self = LimitID(text).map { .id($0) } ?? .named(scope, text)
  }

  /// The id, or the name with its scope unless that is GLOBAL.
  public var description: String {
    switch self {
    case .id(let id): "\(id)"
    case .named(.global, let name): name
    case .named(let scope, let name): "\(name) (\(scope))"
    }
  }

  var id: LimitID? { if case .id(let id) = self { id } else { nil } }
  var scope: LimitScope? { if case .named(let scope, _) = self { scope } else { nil } }
  var name: String? { if case .named(_, let name) = self { name } else { nil } }
}

/// A named limit, and how full it was when it was read.
public struct SlotLimit: Sendable, Equatable {
  /// Its id.
  public var id: LimitID
  /// Its namespace.
  public var namespace: Namespace
  /// What it is for.
  public var scope: LimitScope
  /// Unique in namespace and scope.
  public var name: String
  /// How many slots there are.
  public var slots: Int32
  /// How many slots a second come back by time; 0 when they come back by release.
  public var decay: Double
  /// Whether it refuses anybody.
  public var isEnabled: Bool
  /// For people.
  public var description: String
  /// Who made it.
  public var createdBy: String
  /// When it was made.
  public var createTime: Instant
  /// When it was last edited.
  public var updateTime: Instant
  /// Raised by every edit.
  public var etag: Int64
  /// Slots that are taken.
  public var taken: Int64
  /// Leases that hold slots which come back by release.
  public var holders: Int64
  /// How many stand in line.
  public var waiters: Int64
}

/// The content of a limit; of an edit, nil leaves a thing as it is.
public struct SlotLimitEdit: Sendable, Equatable {
  /// How many slots there are; a new limit must say.
  public var slots: Int32?
  /// How many slots a second come back by time; 0 for none.
  public var decay: Double?
  /// Whether it refuses anybody.
  public var isEnabled: Bool?
  /// For people.
  public var description: String?

  /// Makes an edit.
  public init(
    slots: Int32? = nil, decay: Double? = nil, isEnabled: Bool? = nil, description: String? = nil
  ) {
    self.slots = slots
    self.decay = decay
    self.isEnabled = isEnabled
    self.description = description
  }

  /// Checks what can be checked without the database.
  func check() throws(StoreError) {
    if let slots, !LimitBounds.slots.contains(slots) {
      throw .invalid(field: "limit.slots", why: "must be from 0 to 1000000")
    }
    if let decay, decay != 0, SlotDecay(perSecond: decay) == nil {
      throw .invalid(
        field: "limit.slot_decay_per_second", why: "must be 0, or from 0.00001 to 1000000")
    }
    try checkText(description ?? "", field: "limit.description", limit: RunLimits.message)
  }
}

extension SlotLimit {
  /// Reads a row with the columns of `get_limit`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    scope = try row.get(2)
    name = try row.get(3)
    slots = try row.get(4)
    decay = try row.get(5)
    isEnabled = try row.get(6)
    description = try row.get(7)
    createdBy = try row.get(8)
    createTime = try row.get(9)
    updateTime = try row.get(10)
    etag = try row.get(11)
    holders = try row.get(15)
    waiters = try row.get(16)
    taken = LimitOccupancy(
      id: id, slots: slots, decay: SlotDecay(perSecond: decay), isEnabled: isEnabled,
      held: try row.get(12), draining: try row.get(13), drainedBy: try row.optional(14)
    ).taken(at: try row.get(17))
  }
}
