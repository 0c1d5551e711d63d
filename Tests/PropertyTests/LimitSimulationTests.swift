// Decides that limits keep their promises in simulated worlds, and that broken rules of limits are found out by them.

import MartletTestKit
import Testing

@Suite struct LimitSimulationTests {
  @Test(arguments: 0..<SimulationTests.blocks) func slotsAreNeverOver(block: UInt64) {
    let seeds = SimulationTests.seeds
    for index in stride(from: block, to: seeds, by: UInt64.Stride(SimulationTests.blocks)) {
      let seed = SimulationTests.firstSeed + index
      let result = LimitWorld(seed: seed).run()
      #expect(result.violation == nil, "seed \(seed): \(result.violation ?? "")")
      #expect(result.granted > 0 && result.served > 0 && result.lapsed > 0, "seed \(seed)")
    }
  }

  @Test(arguments: LimitWorld.Sabotage.allCases)
  func brokenRulesAreFoundOut(sabotage: LimitWorld.Sabotage) {
    let found = (1...UInt64(20)).contains { seed in
      LimitWorld(seed: seed, sabotage: sabotage).run().violation != nil
    }
    #expect(found, "20 worlds did not notice")
  }
}
