// Decides how the table of rules is searched: a situation finds its row in a few comparisons.

/// The state machine: a table of rules, each situation decided by exactly one of them.
public struct StateMachine: Sendable {
  /// Raised whenever a row changes; served with the table.
  public static let version = 5

  /// The state machine of this version of Martlet.
  public static let standard = StateMachine(rules: StateMachine.rows)

  /// The rows.
  public let rules: [TransitionRule]
  /// For each (state, event), where its rows begin in `passing` and `candidates`.
  private let starts: [UInt16]
  /// What each candidate lets pass.
  private let passing: [UInt64]
  /// The index of each candidate in `rules`.
  private let candidates: [UInt16]

  /// Makes a machine of rows; tests make broken ones to see that they are noticed.
  public init(rules: [TransitionRule]) {
    self.rules = rules
    var starts: [UInt16] = []
    var passing: [UInt64] = []
    var candidates: [UInt16] = []
    for state in StateMachine.states {
      for event in EventKind.allCases {
        starts.append(UInt16(candidates.count))
        for (index, rule) in rules.enumerated()
        where rule.from.contains(state) && rule.events.contains(event) {
          passing.append(GuardSet.passing(rule.guards).rawValue)
          candidates.append(UInt16(index))
        }
      }
    }
    starts.append(UInt16(candidates.count))
    self.starts = starts
    self.passing = passing
    self.candidates = candidates
  }

  /// The states in the order of their numbers; first "no run".
  public static let states: [StateType?] = [nil] + StateType.allCases

  /// The rows that decide a situation: exactly one, which a test proves for every situation.
  ///
  /// - Parameter situation: One answer to each question.
  public func matches(state: StateType?, event: EventKind, situation: GuardSet) -> [Int] {
    range(state, event).filter { passing[$0] & situation.rawValue == situation.rawValue }
      .map { Int(candidates[$0]) }
  }

  /// The index of the row that decides a situation; nil when the table has a hole.
  func match(state: StateType?, event: EventKind, situation: GuardSet) -> Int? {
    for index in range(state, event)
    where passing[index] & situation.rawValue == situation.rawValue {
      return Int(candidates[index])
    }
    return nil
  }

  private func range(_ state: StateType?, _ event: EventKind) -> Range<Int> {
    let cell = Int(state?.rawValue ?? 0) * EventKind.allCases.count + Int(event.rawValue)
    return Int(starts[cell])..<Int(starts[cell + 1])
  }
}
