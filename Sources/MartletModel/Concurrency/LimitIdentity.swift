// Decides how limits and leases are told apart, and which ids of leases are taken: the id is the idempotency key.

/// The id of a limit; locks are taken in the order of these.
public struct LimitID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a lease, made by the one who asks for slots.
public struct LeaseID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }

  /// How far the time in a new id may be from the server's clock. Leases that ended are remembered for
  /// longer than an id can be new, so that a late repeat never becomes a second lease.
  public static let timeTolerance = Interval.hours(1)
  /// How long a lease that ended is remembered: the tolerance on both sides, and some.
  public static let memory = Interval.hours(3)

  /// Makes a UUIDv7; see ``RunID/v7(now:random:)``.
  public static func v7(now: Instant, random: (UInt64, UInt64)) -> LeaseID {
    LeaseID(RunID.v7(now: now, random: random).value)
  }

  /// Checks an id that the server has not seen.
  ///
  /// - Throws: `InvalidValue` unless it is a UUIDv7 of about now.
  public func validate(now: Instant) throws(InvalidValue) {
    guard value.version == 7, value.hasStandardVariant, let time = RunID(value).time else {
      throw InvalidValue("id", "must be a UUIDv7")
    }
    guard time.distance(to: now).magnitude <= Self.timeTolerance else {
      throw InvalidValue(
        "id", "is a UUIDv7 whose time is more than an hour from the server's: make a new one")
    }
  }
}

/// What a limit is for; names are unique within it.
///
/// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
public enum LimitScope: Int16, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Whatever programs use it for.
  case global = 1
  /// Runs with a tag.
  case tag = 2
  /// Runs of a deployment.
  case deployment = 3
  /// Runs in a work pool.
  case pool = 4
  /// Runs in a queue of a pool.
  case queue = 5

  /// Whether runs with workers take its slots, not leases: it is set with what it is of.
  public var isOfWork: Bool {
    switch self {
    case .global, .tag: false
    case .deployment, .pool, .queue: true
    }
  }

  /// The upper-case name: `GLOBAL`.
  public var description: String {
    switch self {
    case .global: "GLOBAL"
    case .tag: "TAG"
    case .deployment: "DEPLOYMENT"
    case .pool: "POOL"
    case .queue: "QUEUE"
    }
  }
}

/// Limits that are looked after together: all of a namespace, so that slots of several limits can be
/// granted by one granter.
public struct LimitShard: Sendable, Hashable, Comparable {
  /// The number of shards; stored rows hold shard numbers, so it never changes.
  public static let count: Int16 = 16
  /// From 0.
  public let number: Int16

  /// The shard of a number.
  public init(number: Int16) { self.number = number }

  /// The shard of a namespace.
  public init(_ namespace: Namespace) {
    var hash = StableHash()
    hash.add(namespace.name)
    number = Int16(hash.finish().0 % UInt64(Self.count))
  }

  /// All shards.
  public static var all: [LimitShard] { (0..<count).map(LimitShard.init(number:)) }

  /// By number.
  public static func < (left: LimitShard, right: LimitShard) -> Bool { left.number < right.number }
}
