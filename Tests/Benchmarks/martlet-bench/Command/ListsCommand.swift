// Decides how lists and counts of many runs are measured: one caller, one call at a time.

import ArgumentParser
import Martlet
import MartletProto

struct ListsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lists",
    abstract: "ListRuns, first page and a later one, and CountRuns by state.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Calls of each sort.")
  var calls = 300

  @Option(help: "The later page; pages have 100 runs.")
  var page = 1000

  func run() async throws {
    let roads = try Array(load.connect().prefix(1))
    let parts = try await onEach(roads, perRoad: 1) { [calls, page] road in
      let runs = RunServiceClient(channel: road.channel)
      var later = ListRunsRequest(pageSize: 100)
      for number in 1..<page {
        later.pageToken = try await runs.listRuns(later).nextPageToken
        guard !later.pageToken.isEmpty else {
          throw ValidationError("there are only \(number) pages: --page must be smaller")
        }
      }
      let first = ListRunsRequest(pageSize: 100)
      let count = CountRunsRequest(groupBy: ["state.type"])
      return [
        try await time(calls) { try await runs.listRuns(first).runs.count == 100 },
        try await time(calls) { [later] in try await !runs.listRuns(later).runs.isEmpty },
        try await time(calls) { try await runs.countRuns(count).total > 0 },
      ]
    }
    for (name, latencies) in zip(["list_first", "list_later", "count"], parts[0]) {
      figure("\(name)_p50", latencies.microseconds(at: 0.5) / 1000, "ms")
      figure("\(name)_p99", latencies.microseconds(at: 0.99) / 1000, "ms")
    }
  }
}

/// Times calls one after the other; each must say that its answer is good.
private func time(_ calls: Int, _ call: () async throws -> Bool) async throws -> Latencies {
  var latencies = Latencies()
  for _ in 0..<calls {
    let start = ContinuousClock.now
    guard try await call() else { throw ValidationError("an answer is not what it should be") }
    latencies.append(ContinuousClock.now - start)
  }
  return latencies
}
