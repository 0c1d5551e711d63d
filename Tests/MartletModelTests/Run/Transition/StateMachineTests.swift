// Decides that the state machine does what the hand-written table says, in every situation there is, and
// that no situation is left out or decided twice.

import MartletModel
import Testing

@Suite struct StateMachineTests {
  /// Every way to answer the questions that a rule or a line asks in a state on an event, one answer to
  /// each. What nobody asks there cannot make a difference.
  static func situations(
    _ machine: StateMachine, _ lines: [ExpectedLine], _ state: StateType?, _ event: EventKind
  ) -> [GuardSet] {
    var asked = GuardSet()
    for rule in machine.rules where rule.from.contains(state) && rule.events.contains(event) {
      asked.formUnion(GuardSet(rule.guards))
    }
    for line in lines where line.states.contains(state) && line.events.contains(event) {
      asked.formUnion(line.when)
    }
    return Guard.questions.filter { !asked.isDisjoint(with: GuardSet($0)) }
      .reduce([GuardSet()]) { sets, question in
        sets.flatMap { set in question.map { set.union(GuardSet($0)) } }
      }
  }

  @Test(arguments: StateMachine.states)
  func everyCellIsAsExpected(state: StateType?) throws {
    let wrong = try Self.wrong(
      .standard, states: [state], events: EventSet([.creates, .proposals, .fromOthers, .tell]),
      most: 3)
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
  }

  /// A table that no change of a rule disturbs would prove nothing.
  @Test func everyMissingOrWrongRuleIsNoticed() throws {
    let rules = StateMachine.standard.rules
    for (index, rule) in rules.enumerated() {
      let state = try #require(StateMachine.states.first { rule.from.contains($0) })
      var fewer = rules
      fewer.remove(at: index)
      var other = rules
      other[index] = TransitionRule(
        rule.id, from: rule.from, on: rule.events, when: rule.guards, rule.ruling, to: rule.target,
        rule.effects.symmetricDifference(.cancelChildren))
      for machine in [StateMachine(rules: fewer), StateMachine(rules: other)] {
        let wrong = try Self.wrong(machine, states: [state], events: rule.events, most: 1)
        #expect(!wrong.isEmpty, "\(rule.id)")
      }
    }
  }

  /// The first situations that are not decided by exactly one rule, or not as the table has it.
  static func wrong(
    _ machine: StateMachine, states: [StateType?], events: EventSet, most: Int
  ) throws -> [String] {
    let lines = try ExpectedLine.all()
    var wrong: [String] = []
    for state in states {
      for event in EventKind.allCases where events.contains(event) {
        let cell = lines.filter { $0.states.contains(state) && $0.events.contains(event) }
        for situation in situations(machine, lines, state, event) where wrong.count < most {
          let found = machine.matches(state: state, event: event, situation: situation)
            .map { machine.rules[$0] }
          let expected = cell.first { $0.when.isSubset(of: situation) }
          if found.count == 1, expected?.agrees(with: found[0], on: event) == true { continue }
          let answers = Guard.allCases.filter { situation.contains($0) }.map(\.description)
          wrong.append(
            "\(state?.description ?? "-") on \(event) when \(answers.joined(separator: ", ")): "
              + "\(found.map(\.id)), expected \(expected?.text ?? "something")")
        }
      }
    }
    return wrong
  }

  @Test func everyLineIsNeeded() throws {
    let lines = try ExpectedLine.all()
    for (index, line) in lines.enumerated() {
      let earlier = lines[..<index]
      let isReached = StateMachine.states.contains { state in
        EventKind.allCases.contains { event in
          line.states.contains(state) && line.events.contains(event)
            && Self.situations(.standard, lines, state, event).contains { situation in
              line.when.isSubset(of: situation)
                && !earlier.contains {
                  $0.states.contains(state) && $0.events.contains(event)
                    && $0.when.isSubset(of: situation)
                }
            }
        }
      }
      #expect(isReached, "never reached: \(line.text)")
    }
  }

  @Test func everyRuleDecidesSomething() throws {
    let lines = try ExpectedLine.all()
    let machine = StateMachine.standard
    var deciding: Set<Int> = []
    for state in StateMachine.states {
      for event in EventKind.allCases {
        for situation in Self.situations(machine, lines, state, event) {
          deciding.formUnion(machine.matches(state: state, event: event, situation: situation))
        }
      }
    }
    let idle = machine.rules.indices.filter { !deciding.contains($0) }.map { machine.rules[$0].id }
    #expect(idle.isEmpty)
  }

  @Test func idsAreUnique() {
    let ids = StateMachine.standard.rules.map(\.id)
    #expect(Set(ids).count == ids.count)
  }

  /// An end is left by its owner only if it was presumed; by an operator who asks for just that.
  @Test func onlyAPresumptiveCrashIsLeft() {
    for rule in StateMachine.standard.rules where !rule.events.contains(.retry) {
      for (from, to) in rule.edges where from?.isTerminal == true && from != to {
        #expect(from == .crashed && rule.guards.contains(.presumptive), "\(rule.id)")
      }
    }
    for rule in StateMachine.standard.rules
    where !rule.events.isDisjoint(with: .setState) && rule.target == .proposed
      && !rule.from.isDisjoint(with: .terminal)
    {
      #expect(rule.guards.contains(.forced), "\(rule.id)")
    }
  }

  @Test func onlyTheOwnerUsesUpASeq() {
    for rule in StateMachine.standard.rules where !rule.events.isDisjoint(with: .proposals) {
      let uses = rule.effects.contains(.consumeSeq)
      switch rule.ruling {
      case .accept, .replace, .refuse: #expect(uses, "\(rule.id)")
      default: #expect(rule.effects.isEmpty, "\(rule.id)")
      }
    }
  }

  @Test func numbersAreThoseInTheDatabase() {
    #expect(StateType.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(
      StateType.allCases.map(\.description) == [
        "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED",
        "CANCELLED", "CRASHED",
      ])
    #expect(RunKind.allCases.map(\.rawValue) == [1, 2])
    #expect(Verdict.Code.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
  }
}

/// A line of the hand-written table.
struct ExpectedLine {
  let text: String
  let states: StateSet
  let events: EventSet
  let when: GuardSet
  let verdict: String
  let target: String
  let effects: TransitionRule.EffectSet

  struct Malformed: Error { let text: String }

  static func all() throws -> [ExpectedLine] {
    try expectedTransitions.split(separator: "\n").map(String.init)
      .filter { !$0.hasPrefix("#") && !$0.isEmpty }
      .map(ExpectedLine.init)
  }

  init(_ text: String) throws {
    self.text = text
    let cells = text.split(separator: "|", omittingEmptySubsequences: false).map(Self.trimmed)
    guard cells.count == 6 else { throw Malformed(text: text) }
    states = try Self.words(cells[0]).reduce(into: StateSet()) { set, word in
      switch word {
      case "-": set.formUnion(.none)
      case "*": set.formUnion(.existing)
      case "ended": set.formUnion([.completed, .failed, .cancelled, .crashed])
      default:
        guard let type = StateType(name: word) else { throw Malformed(text: word) }
        set.formUnion(StateSet(type))
      }
    }
    events = try Self.words(cells[1]).reduce(into: EventSet()) { set, word in
      if word == "anything" || word == "any proposal" {
        for event in EventKind.allCases
        where word == "anything" || event.description.hasPrefix("propose ") {
          set.formUnion(EventSet(event))
        }
        return
      }
      guard
        let event = EventKind.allCases.first(where: {
          $0.description == word || $0.description == "propose \(word)"
        })
      else { throw Malformed(text: word) }
      set.formUnion(EventSet(event))
    }
    when = try Self.words(cells[2]).reduce(into: GuardSet()) { set, word in
      guard let answer = Guard.allCases.first(where: { $0.description == word }) else {
        throw Malformed(text: word)
      }
      set.formUnion(GuardSet(answer))
    }
    verdict = cells[3]
    target = cells[4]
    effects = try cells[5].split(separator: " ").reduce(into: []) { set, word in
      switch word {
      case "uses": set.formUnion(.consumeSeq)
      case "takes": set.formUnion([.raiseEpoch, .bindExecution])
      case "binds": set.formUnion(.bindExecution)
      case "offers": set.formUnion(.raiseEpoch)
      case "frees": set.formUnion(.releaseOwner)
      case "counts": set.formUnion(.raiseAttempt)
      case "presumes": set.formUnion(.presumeCrash)
      case "cascades": set.formUnion(.cancelChildren)
      case "retries": set.formUnion(.countRetry)
      case "loses": set.formUnion(.countLoss)
      case "anew": set.formUnion(.beginAnew)
      case "orphans": set.formUnion(.dropSession)
      case "revokes": set.formUnion(.revokeOwner)
      case "asked": set.formUnion(.askPause)
      case "answers": set.formUnion(.answerPause)
      case "told": set.formUnion(.keepTold)
      default: throw Malformed(text: String(word))
      }
    }
  }

  func agrees(with rule: TransitionRule, on event: EventKind) -> Bool {
    let ruled = [rule.ruling.name, rule.ruling.reason?.rawValue].compactMap { $0 }
    if target == "as asked" {
      return (event == .setState || event == .tell) && rule.target == .proposed
        && rule.effects == effects
        && ruled == [verdict]
    }
    let proposed = StateType.allCases.first { EventKind(proposing: $0) == event }
    let to: StateType?
    switch rule.target {
    case .same: to = nil
    case .proposed: to = proposed
    case .state(let type): to = type
    }
    let expected: StateType? =
      switch target {
      case "=": nil
      case "asked": proposed
      default: StateType(name: target)
      }
    return ruled.joined(separator: " ") == verdict && to == expected && rule.effects == effects
  }

  private static func words(_ cell: String) -> [String] {
    cell.split(separator: ",").map { trimmed($0) }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
