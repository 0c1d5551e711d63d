// Decides which slots a run needs before it may be RUNNING, and what becomes of it while they are not free.

/// What becomes of a run whose slots are not free.
///
/// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
public enum CollisionStrategy: Int16, Sendable, Hashable, CaseIterable {
  /// It stands in line.
  case enqueue = 1
  /// It is CANCELLED.
  case cancelNew = 2
}

/// Slots of one limit that a run holds while it is RUNNING, if there is such a limit.
public struct SlotNeed: Sendable, Hashable {
  /// The scope of the limit.
  public var scope: LimitScope
  /// Its name.
  public var name: String
  /// How many.
  public var slots: Int32
  /// What becomes of the run while they are not free.
  public var strategy: CollisionStrategy

  /// Needs slots.
  public init(
    _ scope: LimitScope, _ name: String, slots: Int32 = 1, strategy: CollisionStrategy = .enqueue
  ) {
    self.scope = scope
    self.name = name
    self.slots = slots
    self.strategy = strategy
  }
}

extension [SlotNeed] {
  /// Checks what a run is created with.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  func validate(_ field: String) throws(InvalidValue) {
    if count > LimitBounds.limitsPerLease {
      throw InvalidValue(field, "has \(count) limits: at most \(LimitBounds.limitsPerLease)")
    }
    var seen: Set<String> = []
    for (index, need) in enumerated() {
      let item = "\(field)[\(index)]"
      try InvalidValue.check(need.name, "\(item).name", limit: LimitBounds.name)
      if need.name.isEmpty {
        throw InvalidValue("\(item).name", "is required: the name of a limit")
      }
      guard (1...LimitBounds.slots.upperBound).contains(need.slots) else {
        throw InvalidValue("\(item).slots", "must be from 1 to \(LimitBounds.slots.upperBound)")
      }
      guard seen.insert("\(need.scope) \(need.name)").inserted else {
        throw InvalidValue("\(item).name", "names the limit \(need.name) twice")
      }
    }
  }
}

extension RunPolicy {
  /// All that a run holds while it is RUNNING: what it names, and a slot of each tag's limit.
  public var needs: [SlotNeed] {
    var needs = limits
    for tag in tags where !needs.contains(where: { $0.scope == .tag && $0.name == tag }) {
      needs.append(SlotNeed(.tag, tag))
    }
    return needs
  }

  /// Whether there may be a limit that it needs slots of.
  var needsSlots: Bool { !limits.isEmpty || !tags.isEmpty }
}
