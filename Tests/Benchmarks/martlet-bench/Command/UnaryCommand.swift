// Decides how the rate of durable transitions over unary calls is measured: the road of curl and the shell.

import ArgumentParser
import MartletProto

struct UnaryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unary", abstract: "Transitions of distinct runs over BatchReport calls.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Calls under way on each connection.")
  var inFlight = 256

  @Option(help: "Reports in each call, of as many runs.")
  var reports = 1

  func run() async throws {
    let roads = try load.connect()
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let end = start + .seconds(load.seconds)
    let session = executorSession()
    let counts = try await onEach(roads, perRoad: inFlight) { [reports] road in
      let client = ReportServiceClient(channel: road.channel)
      var count = 0
      while ContinuousClock.now < end {
        let group = RunGroup(size: reports)
        for step in RunGroup.Step.allCases {
          let response = try await client.batchReport(
            BatchReportRequest(session: session, reports: group.reports(step)))
          try group.check(response.results)
          count += reports
        }
      }
      return count
    }
    let transitions = Double(counts.reduce(0, +))
    figure("transitions_unary", transitions / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    if let before, let after = try usage?.processorTime() {
      figure("unary_server_cpu", (after - before) / .microseconds(1) / transitions, "us")
    }
  }
}
