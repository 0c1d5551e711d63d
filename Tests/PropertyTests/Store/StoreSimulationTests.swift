// Decides that the promises hold over the real store: two replicas, one Postgres, connections killed between any two
// steps.

import Foundation
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct StoreSimulationTests {
  /// How many worlds: `STORE_SIMULATION_SEEDS`, 2 without it, of `STORE_SIMULATION_ROUNDS` rounds each.
  static let seeds = SimulationTests.setting("STORE_SIMULATION_SEEDS") ?? 2
  static let rounds = SimulationTests.setting("STORE_SIMULATION_ROUNDS") ?? 60

  private static let template = TestTemplate("simulation") { connection in
    try Schema.migrate(on: connection)
  }

  @Test(arguments: 0..<seeds) func promisesHold(index: UInt64) async throws {
    let seed = SimulationTests.firstSeed + index
    try await TestGate.stores.enter {
      try await TestDatabase.with(Self.template) { database in
        let world = try await StoreWorld(seed: seed, on: database)
        do {
          for _ in 0..<Self.rounds { try await world.round() }
          try await world.rest()
          try await world.check()
          #expect(world.problems == [], "seed \(seed)")
          #expect(world.acknowledgements > Int(Self.rounds), "seed \(seed)")
        } catch {
          Issue.record(error, "seed \(seed)")
        }
        await world.shutdown()
      }
    }
  }
}
