// Decides what of a deployment is new when it is said again: which fields, and whether a version arises.

/// The difference between a deployment as it is and as it is to be.
public struct DeploymentChange: Sendable, Equatable {
  /// The paths of the fields that differ: `description`, `spec.image`, `schedules[nightly]`.
  public let fields: [String]
  /// Whether its runs become other ones.
  public let makesVersion: Bool
  /// Whether schedules came, went or differ.
  public let changesSchedules: Bool

  /// Whether nothing differs.
  public var isEmpty: Bool { fields.isEmpty }

  /// Compares two deployments of one name.
  public init(from old: DeploymentContent, to new: DeploymentContent) {
    var fields: [String] = []
    if old.description != new.description { fields.append("description") }
    if old.labels != new.labels { fields.append("labels") }
    if old.isPaused != new.isPaused { fields.append("paused") }
    let spec = Self.members(old.spec.json, new.spec.json).map { "spec.\($0)" }
    fields += spec
    let schedules = Self.schedules(old.schedules, new.schedules)
    fields += schedules
    if old.concurrencyLimit != new.concurrencyLimit { fields.append("concurrency_limit") }
    if old.collision != new.collision { fields.append("collision_strategy") }
    self.fields = fields
    makesVersion = !spec.isEmpty
    changesSchedules = !schedules.isEmpty
  }

  /// The names of the members that differ, in their order.
  private static func members(_ old: JSON, _ new: JSON) -> [String] {
    guard case .object(let old) = old, case .object(let new) = new else { return [] }
    return Set(old.names + new.names).filter { old[$0] != new[$0] }.map(\.text).sorted()
  }

  private static func schedules(_ old: [ScheduleSpec], _ new: [ScheduleSpec]) -> [String] {
    let before = Dictionary(old.map { ($0.slug, $0) }, uniquingKeysWith: { $1 })
    let after = Dictionary(new.map { ($0.slug, $0) }, uniquingKeysWith: { $1 })
    return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
      .map { "schedules[\($0)]" }
  }
}
