// Decides how long a list of Prefect's API takes, the same for Martlet and for Prefect's own server: one caller, one call at a time.

import ArgumentParser

struct PrefectListsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefect-lists",
    abstract: "Calls of POST /flow_runs/filter, one after the other.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Calls.")
  var calls = 100

  @Option(help: "What is asked for.")
  var body = #"{"limit":200,"sort":"EXPECTED_START_TIME_DESC"}"#

  @Option(help: "How many flow runs there must be in each answer.")
  var expected = 200

  func run() async throws {
    var clients = try KeepAliveLoad(load.server, clients: 1)
    defer { clients.close() }
    let request = clients.post("/api/flow_runs/filter", body)
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let asked = try clients.ask(calls, { _ in request }) { [expected] _, answer in
      let runs = answer.count(of: #""flow_id":"#)
      guard answer.status == 200, runs == expected else {
        throw ValidationError("\(runs) runs, not \(expected): \(answer.text.prefix(500))")
      }
    }
    figure("list_p50", asked.latencies.microseconds(at: 0.5) / 1000, "ms")
    figure("list_p99", asked.latencies.microseconds(at: 0.99) / 1000, "ms")
    if let before, let after = try usage?.processorTime() {
      figure("server_cpu", (after - before) / .microseconds(1) / Double(calls), "us")
    }
  }
}
