// Decides what a schedule is: a rule, the zone whose clock it means, and what the changes of that clock do to it.

/// When something happens, again and again.
public struct Schedule: Sendable, Hashable {
  /// The kinds of rules.
  public enum Rule: Sendable, Hashable {
    /// Times by fields.
    case cron(CronExpression)
    /// Times at a distance.
    case interval(IntervalRule)
    /// Times by RFC 5545.
    case recurrence(Recurrence)
  }

  /// The rule.
  public let rule: Rule
  /// The name of the zone: `Europe/Berlin`.
  public let zone: String
  /// What happens to local times that are skipped or come twice.
  public let policy: LocalTimePolicy
  /// Nothing fires before.
  public let start: Instant?
  /// Nothing fires from here on.
  public let end: Instant?

  /// Makes a schedule.
  ///
  /// - Parameter zone: nil is the zone that the recurrence names, else UTC.
  /// - Throws: ``InvalidValue`` when the zone has no name of one, contradicts the recurrence, or the end is not after
  ///   the start.
  public init(
    _ rule: Rule, zone: String? = nil, policy: LocalTimePolicy = LocalTimePolicy(),
    start: Instant? = nil, end: Instant? = nil
  ) throws(InvalidValue) {
    var named: String?
    if case .recurrence(let recurrence) = rule { named = recurrence.zone }
    if let named, let zone, named != zone {
      throw InvalidValue(
        "zone", "is \(zone.prefix(64)), the recurrence has \(named.prefix(64)): give one")
    }
    let name = zone ?? named ?? "UTC"
    guard Zone.isName(name) else {
      throw InvalidValue(
        "zone", "'\(name.prefix(64))' is no name of a zone: use one like Europe/Berlin")
    }
    if let start, let end, end <= start { throw InvalidValue("end", "is not after the start") }
    self.rule = rule
    self.zone = name
    self.policy = policy
    self.start = start
    self.end = end
  }

  /// The occurrences from an instant on, before another. Pure: the same arguments give the same answer anywhere, at any
  /// time. Who asks often keeps a ``Timetable``.
  ///
  /// - Parameters:
  ///   - from: the first instant that counts.
  ///   - to: the first that does not count any more; nil is the end of time.
  ///   - limit: at most so many, up to ``ScheduleLimits/occurrences``.
  ///   - zone: the zone that the schedule names.
  ///   - withDropped: whether those are told too that do not fire because of the clock's changes.
  /// - Throws: ``InvalidValue`` as `Timetable.init`.
  public func occurrences(
    from: Instant, to: Instant? = nil, limit: Int, in zone: Zone, withDropped: Bool = false
  ) throws(InvalidValue) -> [Occurrence] {
    try Timetable(self, in: zone)
      .occurrences(from: from, to: to, limit: limit, withDropped: withDropped)
  }
}
