// Decides that the promises of the model hold in simulated worlds, and that each kind of broken rule is
// found out by them: a simulator that cannot fail proves nothing.

import Foundation
import MartletModel
import MartletTestKit
import Testing

@Suite struct SimulationTests {
  /// How many worlds: `SIMULATION_SEEDS`, 80 without it, starting at `SIMULATION_FIRST_SEED`.
  static let seeds = setting("SIMULATION_SEEDS") ?? 80
  static let firstSeed = setting("SIMULATION_FIRST_SEED") ?? 1
  static let blocks: UInt64 = 8

  static func setting(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  @Test(arguments: 0..<blocks) func promisesHold(block: UInt64) {
    for index in stride(from: block, to: Self.seeds, by: UInt64.Stride(Self.blocks)) {
      let result = Simulation(seed: Self.firstSeed + index).run()
      #expect(result.violation == nil, "seed \(result.seed): \(result.violation ?? "")")
    }
  }

  @Test func worldsRepeat() {
    let first = Simulation(seed: 7).run()
    let second = Simulation(seed: 7).run()
    #expect(first.transitions == second.transitions)
    #expect(first.rules == second.rules)
  }

  /// Rules that the simulated worlds play, but that some 100 of them need not reach, each with the reason.
  static let rare: [String: String] = [
    "CRASHED/cancelled": "its lost owner comes back with this very word",
    "CRASHED/fail": "its lost owner comes back with this very word",
    "CRASHED/retry": "its lost owner comes back with this very word, and has retries",
    "CRASHED/retry-rescheduled": "its lost owner comes back with this very word, and has retries",
    "CRASHED/illegal": "its lost owner comes back with this very word",
    "CRASHED/still-running-parent-stopped": "its parent stops between its loss and its return",
    "SCHEDULED/claim-parent-paused": "a child is claimed while its parent is paused",
    "SCHEDULED/claim-parent-stopped": "a child is claimed before the cascade reaches it",
    "SCHEDULED/offer-parent-stopped": "a child is offered before the cascade reaches it",
    "SCHEDULED/restart-parent-paused": "a retry is due while the parent is paused",
    "SCHEDULED/restart-parent-stopped": "a retry is due before the cascade reaches it",
    "SCHEDULED/lapse-wait": "a pause that its owner never noticed, and the loss of that owner",
    "SCHEDULED/lapse-crash": "a pause that its owner never noticed, and the loss of that owner",
    "PAUSED/lapse-wait": "a pause that its owner never noticed, and the loss of that owner",
    "PAUSED/lapse-crash": "a pause that its owner never noticed, and the loss of that owner",
    "SCHEDULED/give-back": "an owner that waits for its next attempt, and lets go of it",
    "SCHEDULED/fail": "a failure between the end of a pause and the next start",
    "SCHEDULED/fail-retry": "a failure between the end of a pause and the next start",
    "SCHEDULED/fail-retry-rescheduled": "a failure between the end of a pause and the next start",
    "finished/tell-stopped": "a run that is told goes on after it was cancelled with its parent",
    "any/create-claimed-unowned": "a late copy of a create, after its owner let the run go",
  ]

  /// Limits of runs have worlds of their own, without runs: the rules for a start without slots are tested one by one.
  static func isPlayed(_ rule: TransitionRule) -> Bool {
    GuardSet(rule.guards).isDisjoint(with: GuardSet([.slotsFull, .slotsRefused, .slotsClosed]))
  }

  @Test func worldsReachTheRules() {
    let rules = StateMachine.standard.rules.filter(Self.isPlayed)
    var missing = Set(rules.map(\.id)).subtracting(Self.rare.keys)
    for seed in 1...UInt64(500) where !missing.isEmpty {
      missing.subtract(Simulation(seed: seed).run().rules.keys)
    }
    #expect(missing.sorted() == [])
  }

  /// A way to break the state machine.
  struct Sabotage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rules: [TransitionRule]

    /// Changes or drops the rules with an id.
    init(_ id: String, _ change: (TransitionRule) -> TransitionRule?) {
      testDescription = id
      let standard = StateMachine.standard.rules
      precondition(standard.contains { $0.id == id })
      rules = standard.compactMap { $0.id == id ? change($0) : $0 }
    }
  }

  static let sabotages: [Sabotage] = [
    Sabotage("any/other-execution") { $0.with(.accept, to: .proposed) },
    Sabotage("any/stale-epoch") { $0.with(.accept, to: .proposed) },
    Sabotage("any/owned") {
      $0.with(.accept, to: .proposed, [.raiseEpoch, .bindExecution, .consumeSeq])
    },
    Sabotage("any/repeat") { $0.with(.accept, to: .proposed, [.consumeSeq]) },
    Sabotage("any/gap") { $0.with(.accept, to: .proposed, [.consumeSeq]) },
    Sabotage("none/create-claimed") { $0.with($0.ruling, to: $0.target, [.bindExecution]) },
    Sabotage("SCHEDULED/claim") { $0.with($0.ruling, to: $0.target, [.raiseEpoch, .consumeSeq]) },
    Sabotage("SCHEDULED/claim-and-start") {
      $0.with($0.ruling, to: $0.target, [.bindExecution, .consumeSeq])
    },
    Sabotage("SCHEDULED/unowned") { $0.with(.accept, to: .proposed, [.consumeSeq]) },
    Sabotage("SCHEDULED/offer") { $0.with($0.ruling, to: $0.target, []) },
    Sabotage("PENDING/bind") { $0.with($0.ruling, to: $0.target, [.consumeSeq, .raiseAttempt]) },
    Sabotage("PENDING/start") { $0.with($0.ruling, to: $0.target, [.raiseAttempt]) },
    Sabotage("PENDING/lapse") { $0.with(.ignore) },
    Sabotage("RUNNING/lapse") { $0.with(.ignore) },
    Sabotage("RUNNING/end") { $0.with($0.ruling, to: $0.target, []) },
    Sabotage("CANCELLING/lapse") { $0.with(.ignore) },
    Sabotage("CANCELLING/bound-passed") { $0.with(.ignore) },
    Sabotage("CANCELLING/end") { $0.with(.accept, to: .same, [.consumeSeq]) },
    Sabotage("finished/late") { $0.with(.accept, to: .proposed, [.consumeSeq]) },
    Sabotage("CRASHED/late") { $0.with(.accept, to: .proposed, [.consumeSeq]) },
    Sabotage("any/cancel-owned") { $0.with($0.ruling, to: .state(.scheduled), [.releaseOwner]) },
    Sabotage("RUNNING/retry") { $0.with($0.ruling, to: $0.target, [.consumeSeq]) },
    Sabotage("RUNNING/lapse-rerun") { $0.with($0.ruling, to: $0.target, [.releaseOwner]) },
    Sabotage("SCHEDULED/restart-early") {
      $0.with(.accept, to: .proposed, [.consumeSeq, .raiseAttempt])
    },
    Sabotage("PENDING/start-parent-paused") {
      $0.with(.accept, to: .proposed, [.consumeSeq, .raiseAttempt])
    },
    Sabotage("any/hold") { $0.with(.accept, to: .state(.scheduled)) },
    Sabotage("any/tell-again") { $0.with(.accept, to: .proposed, [.keepTold]) },
    Sabotage("any/tell-elsewhere") {
      $0.with(.accept, to: .proposed, [.bindExecution, .keepTold])
    },
    Sabotage("any/tell-overtaken") { $0.with(.accept, to: .proposed, [.keepTold]) },
    Sabotage("any/tell") { $0.with(.accept, to: .same, []) },
    Sabotage("CANCELLING/tell") { $0.with(.accept, to: .proposed, [.keepTold]) },
    Sabotage("finished/tell-decided") { $0.with(.accept, to: .proposed, [.keepTold]) },
    Sabotage("finished/tell-unowned") { $0.with(.accept, to: .proposed, [.keepTold]) },
    Sabotage("any/lapse-elsewhere") { $0.with(.accept, to: .state(.crashed), [.presumeCrash]) },
  ]

  @Test(arguments: sabotages) func brokenRulesAreFoundOut(sabotage: Sabotage) {
    let machine = StateMachine(rules: sabotage.rules)
    // The first that notices is enough.
    let found = (1...UInt64(2000)).contains { seed in
      Simulation(seed: seed, machine: machine).run().violation != nil
    }
    #expect(found, "2,000 worlds did not notice")
  }
}

extension TransitionRule {
  fileprivate func with(
    _ ruling: Ruling, to target: Target = .same, _ effects: EffectSet = []
  ) -> TransitionRule {
    TransitionRule(
      id, from: from, on: events, when: guards, ruling, to: target, effects)
  }
}
