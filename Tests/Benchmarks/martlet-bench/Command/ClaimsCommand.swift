// Decides how the rate of claims is measured: runs that wait, workers that would have them. The offer is the claim.

import ArgumentParser
import MartletWire

struct ClaimsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims", abstract: "Runs that wait, handed to workers as fast as it goes.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Workers, over all connections.")
  var workers = 16

  @Option(help: "Runs that each would take at a time.")
  var credit = 100

  @Option(help: "Runs in all.")
  var runs = 20_000

  func run() async throws {
    let roads = try load.connect()
    let pool = try await BenchPool(roads[0])
    try await pool.deploy(pool.name, over: roads[0])
    _ = try await onEach(roads, perRoad: 1) { [runs] road in
      try await pool.trigger(pool.name, runs: runs / roads.count, over: road)
    }
    let start = Timestamp.now.sinceEpoch
    let total = runs / roads.count * roads.count
    let (times, own, server) = try await pool.offer(
      total, to: workers, credit: credit, over: roads, usage: load.pid.map(ProcessUsage.init))
    figure("claims", Double(total) / ((times[total - 1] - start) / .seconds(1)), "1/s")
    figure("claim_load_cpu", own / .microseconds(1) / Double(total), "us")
    if let server { figure("claim_server_cpu", server / .microseconds(1) / Double(total), "us") }
  }
}
