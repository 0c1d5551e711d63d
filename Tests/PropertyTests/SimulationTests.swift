// Decides that the promises of the model hold in simulated worlds, and that each kind of broken rule is
// found out by them: a simulator that cannot fail proves nothing.

import Foundation
import MartletModel
import MartletTestKit
import Testing

@Suite struct SimulationTests {
  /// How many worlds: `SIMULATION_SEEDS`, 240 without it, starting at `SIMULATION_FIRST_SEED`.
  static let seeds = setting("SIMULATION_SEEDS") ?? 240
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

  /// Rules that no world has to reach: what is not built yet, what two fences keep out, and what is too
  /// rare to be sure of.
  static let unreached: Set<String> = [
    "any/unbound", "SCHEDULED/offer-owned", "finished/released",
    "any/create-other", "any/create-claimed-elsewhere", "any/time-ahead",
    "CRASHED/illegal", "CRASHED/still-running-parent-stopped", "PENDING/bind-gap",
    "PENDING/bind-parent-stopped", "PENDING/end", "PENDING/start-early", "SCHEDULED/claim-gap",
    "SCHEDULED/claim-parent-stopped", "SCHEDULED/offer-parent-stopped", "PENDING/bind-early",
    "CRASHED/cancelled",
    "any/create-claimed-unowned", "PAUSED/claim", "PAUSED/illegal", "PAUSED/lapse", "PAUSED/offer",
    "PAUSED/still-paused", "PAUSED/timed-out", "SCHEDULED/cancelled", "SCHEDULED/continue",
    "SCHEDULED/give-back",
    "SCHEDULED/give-up", "SCHEDULED/illegal", "SCHEDULED/lapse", "SCHEDULED/restart",
    "SCHEDULED/restart-early", "SCHEDULED/restart-parent-stopped", "RUNNING/timed-out",
    "waiting/owned",
  ]

  /// What the simulated world does not play: operators but for cancels, policies of runs, and limits. The rules
  /// for it are tested one by one.
  static func isPlayed(_ rule: TransitionRule) -> Bool {
    let operations: EventSet = [.pause, .resume, .retry, .setState]
    let answers = GuardSet([
      .retryInProcess, .retryRescheduled, .suspends, .pausedBefore, .lossReruns, .lossWaits,
      .continues, .parentPaused,
    ])
    // A rule that these answers lead to beside the usual ones can be reached without them.
    let asked = GuardSet(rule.guards)
    let usual = GuardSet([.noRetry, .processWaits, .lossCrashes, .begins, .parentOpen])
    let limits = GuardSet([.slotsFull, .slotsRefused, .slotsClosed])
    return rule.events.isDisjoint(with: operations) && rule.from != .paused
      && asked.isDisjoint(with: limits)
      && (asked.isDisjoint(with: answers) || !asked.isDisjoint(with: usual))
  }

  @Test func worldsReachTheRules() {
    var reached: Set<String> = []
    for seed in 1...UInt64(60) { reached.formUnion(Simulation(seed: seed).run().rules.keys) }
    let played = StateMachine.standard.rules.filter(Self.isPlayed).map(\.id)
    let missing = Set(played).subtracting(reached)
    #expect(missing.subtracting(Self.unreached).sorted() == [])
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
    Sabotage("any/lapse-elsewhere") { $0.with(.accept, to: .state(.crashed), [.presumeCrash]) },
  ]

  @Test(arguments: sabotages) func brokenRulesAreFoundOut(sabotage: Sabotage) {
    let machine = StateMachine(rules: sabotage.rules)
    let found = (1...UInt64(60)).contains { seed in
      Simulation(seed: seed, machine: machine).run().violation != nil
    }
    #expect(found, "60 worlds did not notice")
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
