// Decides which occurrences that nobody saw in time still fire.

/// What becomes of occurrences that passed while no scheduler looked, or while the schedule was paused.
public struct CatchUp: Sendable, Hashable {
  /// Which of them fire.
  public enum Choice: Sendable, Hashable, CaseIterable {
    /// None.
    case none
    /// The latest, unless one in time fires anyway.
    case latest
    /// All.
    case all
  }

  /// What is decided about occurrences that are due; both lists ascend.
  public struct Decision: Sendable, Hashable {
    /// Those that fire.
    public var fires: [Instant]
    /// Those that are gone.
    public var missed: [Instant]
  }

  /// Which fire.
  public var choice: Choice
  /// How old one may be to fire still; nil is any age.
  public var within: Interval?

  /// Makes a policy.
  public init(_ choice: Choice = .none, within: Interval? = nil) {
    self.choice = choice
    self.within = within
  }

  /// Decides about occurrences that are due; those after `now` are left out.
  ///
  /// - Parameter grace: up to this age an occurrence is in time, whatever the policy.
  public func decide(_ due: [Instant], now: Instant, grace: Interval) -> Decision {
    let due = due.filter { $0 <= now }.sorted()
    let isPunctual = { (tick: Instant) in tick.distance(to: now) <= grace }
    let late = due.filter { tick in
      !isPunctual(tick) && within.map { tick.distance(to: now) <= $0 } ?? true
    }
    var fires = Set(due.filter(isPunctual))
    switch choice {
    case .none: break
    case .latest: if fires.isEmpty, let last = late.last { fires.insert(last) }
    case .all: fires.formUnion(late)
    }
    return Decision(
      fires: due.filter(fires.contains), missed: due.filter { !fires.contains($0) })
  }
}
