// Decides how growth of the server's memory is measured: after few transitions and after many.

import ArgumentParser
import Synchronization

struct MemoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "The server's memory after few transitions and after many, over Report streams.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Transitions before the first look.")
  var few = 10_000

  @Option(help: "Transitions before the second look, in all.")
  var many = 1_000_000

  func run() async throws {
    guard let pid = load.pid else { throw ValidationError("--pid is required: the server's") }
    let usage = ProcessUsage(pid: pid)
    let roads = try load.connect()
    let start = ContinuousClock.now
    let first = try await reach(few, of: 0, roads)
    let before = try usage.residentBytes()
    let last = try await reach(many, of: first, roads)
    let after = try usage.residentBytes()
    print("# \(first) transitions, then \(last) in all, in \(ContinuousClock.now - start)")
    figure("memory_few", Double(before) / 1_048_576, "MiB")
    figure("memory_many", Double(after) / 1_048_576, "MiB")
    figure("memory_growth", Double(after) / Double(before), "x")
  }

  /// Makes transitions until there are `goal`; returns how many there are.
  private func reach(_ goal: Int, of begun: Int, _ roads: [Road]) async throws -> Int {
    let runs = 64
    // Whole groups are claimed before they are run, so that few go beyond the goal.
    let claims = Claims(begun)
    let counts = try await onEach(roads, perRoad: 16) { road in
      try await ReportStream.drive(road, runs: runs) {
        claims.take(runs * RunGroup.Step.allCases.count) < goal
      }
    }
    return counts.reduce(begun, +)
  }
}

/// How many transitions somebody has set out to make.
private final class Claims: Sendable {
  private let count: Atomic<Int>

  init(_ count: Int) { self.count = Atomic(count) }

  /// Claims more; returns how many there were before.
  func take(_ more: Int) -> Int { count.add(more, ordering: .relaxed).oldValue }
}
