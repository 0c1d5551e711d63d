// Decides that triggers that are put together fire exactly where a look at all firings of their parts at once says so.

import Testing

@testable import MartletModel

@Suite struct TriggerCompositionTests {
  private static let seeds = (0..<300).map { _ in UInt64.random(in: 0...UInt64.max) }

  /// The indices of the firings at which the whole fired.
  private func machine(
    _ composition: TriggerComposition, _ firings: [(position: Int, time: Int64)]
  ) -> [Int] {
    var gathered: [PartFiring] = []
    return firings.indices.filter { index in
      let step = composition.step(
        gathered,
        PartFiring(
          position: firings[index].position, time: .epoch + .seconds(firings[index].time),
          eventID: "\(index)"))
      gathered = step.gathered
      return step.fired != nil
    }
  }

  /// The same, looking back at each firing over all that came since the whole fired last.
  private func oracle(
    _ composition: TriggerComposition, _ firings: [(position: Int, time: Int64)],
    _ within: Int64?
  ) -> [Int] {
    var fired: [Int] = []
    var since = 0
    for index in firings.indices {
      let seen = firings[since...index]
      let newest = seen.map(\.time).max() ?? 0
      // The latest of each part; of two at one time the one that was heard of last.
      var latest: [Int: (time: Int64, index: Int)] = [:]
      for (place, firing) in zip(seen.indices, seen)
      where firing.time >= latest[firing.position]?.time ?? Int64.min {
        latest[firing.position] = (firing.time, place)
      }
      let near = latest.filter { within == nil || newest - $0.value.time <= within ?? 0 }
      let order = near.sorted { ($0.value.time, $0.value.index) < ($1.value.time, $1.value.index) }
        .map(\.key)
      let isEnough =
        composition.isOrdered
        ? order == Array(0..<composition.count) : near.count >= composition.required
      if isEnough {
        fired.append(index)
        since = index + 1
      }
    }
    return fired
  }

  @Test(arguments: seeds) func firesWhereALookAtAllSaysSo(_ seed: UInt64) {
    var random = Seeded(seed)
    let count = Int.random(in: 1...4, using: &random)
    let isOrdered = Bool.random(using: &random)
    let within = Bool.random(using: &random) ? Int64.random(in: 0...30, using: &random) : nil
    let composition = TriggerComposition(
      count: count, required: isOrdered ? count : .random(in: 1...count, using: &random),
      isOrdered: isOrdered, within: within.map(Interval.seconds))
    // Most come in order, some late.
    let late = Int64.random(in: 0...5, using: &random)
    let firings = (0..<Int.random(in: 0...80, using: &random)).map { step in
      (
        position: Int.random(in: 0..<count, using: &random),
        time: Int64(step * 3) - Int64.random(in: 0...late, using: &random) * 3 + 20
      )
    }
    #expect(
      machine(composition, firings) == oracle(composition, firings, within), "seed \(seed)")
  }

  @Test func theOrderAndTheTimeCount() {
    let inOrder = TriggerComposition(
      count: 2, required: 2, isOrdered: true, within: .seconds(10))
    #expect(machine(inOrder, [(0, 1), (1, 11)]) == [1])
    #expect(machine(inOrder, [(0, 1), (1, 12)]) == [])
    #expect(machine(inOrder, [(1, 1), (0, 2)]) == [])
    // What comes late is put where it belongs.
    #expect(machine(inOrder, [(1, 5), (0, 3)]) == [1])
    // What made it fire does not count again.
    #expect(machine(inOrder, [(0, 1), (1, 2), (1, 3), (0, 4), (1, 5)]) == [1, 4])
  }

  @Test func aTreeKnowsItsParts() throws {
    let text = """
      {"type": "sequence", "within": 60, "triggers": [{"posture": "Reactive"},
        {"type": "compound", "require": "any", "triggers": [{"posture": "Reactive"}, {"posture": "Proactive"}]},
        {"posture": "Reactive"}]}
      """
    let tree = TriggerTree(try Trigger(try JSON(parsing: text), "trigger"))
    #expect(tree.nodes.map(\.parent) == [nil, 0, 0, 2, 2, 0])
    #expect(tree.nodes.map(\.position) == [0, 0, 1, 0, 1, 2])
    #expect(tree.leaves.map(\.number) == [1, 3, 4, 5])
    #expect(tree.wholes(of: 4) == [2, 0] && tree.wholes(of: 0) == [])
    #expect(tree[4]?.posture == .proactive && tree[2] == nil && tree[6] == nil)
  }

  @Test func firingsAreKeptAsTheyWere() {
    let firing = PartFiring(position: 3, time: .epoch + .seconds(9), eventID: "e")
    #expect(PartFiring(json: firing.json) == firing && PartFiring(json: .null) == nil)
  }
}
