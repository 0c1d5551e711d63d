// Decides whether a run meets a filter without asking the database: the same answers as the compiled SQL gives.

/// What of a run a filter may look at.
public struct FilteredRun: Sendable {
  /// What it was created with.
  public var content: NewRun
  /// Where it stands.
  public var snapshot: RunSnapshot
  /// When it was created.
  public var createTime: Instant
  /// What ties it to its deployment.
  public var work: RunWork?

  /// Makes the view of a run.
  public init(
    content: NewRun, snapshot: RunSnapshot, createTime: Instant, work: RunWork? = nil
  ) {
    self.content = content
    self.snapshot = snapshot
    self.createTime = createTime
    self.work = work
  }
}

extension FilterExpression {
  /// Whether the run meets the filter. One that names a deployment by its flow is to be resolved before.
  public func matches(_ run: FilteredRun) -> Bool {
    switch self {
    case .all(let parts): parts.allSatisfy { $0.matches(run) }
    case .any(let parts): parts.contains { $0.matches(run) }
    case .not(let part): !part.matches(run)
    case .has(let field): Self.has(field, run)
    case .compare(let field, let operation, let value):
      Self.compare(field, operation, value, run)
    }
  }

  /// Whether it names a field of the run above, which is not known here; such a filter is refused before.
  public var namesParent: Bool {
    switch self {
    case .all(let parts), .any(let parts): parts.contains(where: \.namesParent)
    case .not(let part): part.namesParent
    case .has(.parent), .compare(.parent, _, _): true
    case .has, .compare: false
    }
  }

  /// Whether the run may meet the filter, whatever one of its fields holds.
  public func mayMatch(_ run: FilteredRun, whatever unknown: FilterField) -> Bool {
    mayCome(to: true, run, unknown)
  }

  private func mayCome(to answer: Bool, _ run: FilteredRun, _ unknown: FilterField) -> Bool {
    switch self {
    case .all(let parts):
      answer
        ? parts.allSatisfy { $0.mayCome(to: true, run, unknown) }
        : parts.contains { $0.mayCome(to: false, run, unknown) }
    case .any(let parts):
      answer
        ? parts.contains { $0.mayCome(to: true, run, unknown) }
        : parts.allSatisfy { $0.mayCome(to: false, run, unknown) }
    case .not(let part): part.mayCome(to: !answer, run, unknown)
    case .has(let field), .compare(let field, _, _): field == unknown || matches(run) == answer
    }
  }

  private static func has(_ field: FilterField, _ run: FilteredRun) -> Bool {
    switch field {
    case .label(let key): run.content.labels[key] != nil
    case .tags: !run.content.tags.isEmpty
    case .name, .definition, .stateName, .pool, .queue:
      text(field, run).map { !$0.isEmpty } ?? false
    case .deploymentID, .scheduleID, .backfillID: id(field, run) != nil
    case .parentID: run.content.parentID != nil
    case .startTime: run.snapshot.startTime != nil
    case .endTime: run.snapshot.endTime != nil
    case .id, .kind, .stateType, .rootID, .createTime, .expectedTime: true
    case .parent: false
    }
  }

  private static func compare(
    _ field: FilterField, _ operation: FilterOperator, _ value: FilterValue, _ run: FilteredRun
  ) -> Bool {
    if case .parent = field { return false }
    switch value {
    case .prefix(let prefix):
      let starts = text(field, run)?.utf8.starts(with: prefix.utf8) ?? false
      return operation == .notEqual ? !starts : starts
    case .text(let wanted):
      if field == .tags {
        return run.content.tags.contains(wanted) == (operation != .notEqual)
      }
      guard let found = text(field, run) else { return operation == .notEqual }
      if operation == .has { return found.lowercased().contains(wanted.lowercased()) }
      // By bytes, as the collation "C" does.
      return ordered(Array(found.utf8).lexicographicallyCompare(Array(wanted.utf8)), operation)
    case .id(let wanted):
      guard let found = id(field, run) else { return operation == .notEqual }
      return ordered(sign(found, wanted), operation)
    case .deployment: return operation == .notEqual
    case .kind(let wanted):
      return ordered(sign(run.content.kind.rawValue, wanted.rawValue), operation)
    case .stateType(let wanted):
      return ordered(sign(run.snapshot.stateType.rawValue, wanted.rawValue), operation)
    case .time(let wanted):
      let found: Instant? =
        switch field {
        case .startTime: run.snapshot.startTime
        case .endTime: run.snapshot.endTime
        case .expectedTime: run.content.dueTime ?? run.createTime
        default: run.createTime
        }
      guard let found else { return operation == .notEqual }
      return ordered(sign(found, wanted), operation)
    }
  }

  private static func id(_ field: FilterField, _ run: FilteredRun) -> RunID? {
    switch field {
    case .parentID: run.content.parentID
    case .rootID: run.snapshot.rootID
    case .deploymentID: run.work.map { RunID($0.deploymentID.value) }
    case .scheduleID: (run.work?.tick).map { RunID($0.scheduleID.value) }
    case .backfillID: (run.work?.backfillID).map { RunID($0.value) }
    default: run.snapshot.id
    }
  }

  private static func text(_ field: FilterField, _ run: FilteredRun) -> String? {
    switch field {
    case .name: run.content.name
    case .definition: run.content.definition
    case .stateName: run.snapshot.stateName
    case .label(let key): run.content.labels[key]
    case .pool: run.work?.pool
    case .queue: run.work?.queue
    default: nil
    }
  }

  private static func sign<T: Comparable>(_ left: T, _ right: T) -> Int {
    left < right ? -1 : left == right ? 0 : 1
  }

  private static func ordered(_ sign: Int, _ operation: FilterOperator) -> Bool {
    switch operation {
    case .equal, .has: sign == 0
    case .notEqual: sign != 0
    case .less: sign < 0
    case .lessOrEqual: sign <= 0
    case .greater: sign > 0
    case .greaterOrEqual: sign >= 0
    }
  }
}

extension [UInt8] {
  fileprivate func lexicographicallyCompare(_ other: [UInt8]) -> Int {
    self == other ? 0 : lexicographicallyPrecedes(other) ? -1 : 1
  }
}
