// Decides how the rate of transitions over Prefect's API is measured, the same for Martlet and for Prefect's own server: flow runs
// that were made before, each told that it runs and that it is done.

import ArgumentParser
import MartletWire

struct PrefectStatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefect-states",
    abstract: "Transitions of flow runs over POST /flow_runs/{id}/set_state.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Flow runs; each makes two transitions that count.")
  var runs = 1000

  func run() async throws {
    var clients = try KeepAliveLoad(load.server, clients: load.connections)
    defer { clients.close() }
    var flow = ""
    let newFlow = clients.post("/api/flows/", #"{"name":"bench"}"#)
    _ = try clients.ask(1, { _ in newFlow }) { flow = try Self.id(of: $1) }
    let new = clients.post("/api/flow_runs/", #"{"flow_id":"\#(flow)","state":{"type":"PENDING"}}"#)
    var ids: [String] = []
    let made = try clients.ask(runs, { _ in new }) { try ids.append(Self.id(of: $1)) }
    let usage = load.pid.map(ProcessUsage.init)
    let own = ProcessUsage.own
    let (before, ownBefore) = (try usage?.processorTime(), try own.processorTime())
    var latencies = Latencies()
    var time = Duration.zero
    for type in ["RUNNING", "COMPLETED"] {
      let state = #"{"state":{"type":"\#(type)"}}"#
      let requests = ids.map { clients.post("/api/flow_runs/\($0)/set_state", state) }
      let asked = try clients.ask(runs, { requests[$0] }) { _, answer in
        guard answer.status == 201, answer.count(of: #""ACCEPT""#) > 0 else {
          throw ValidationError("not accepted: \(answer.text)")
        }
      }
      latencies.append(asked.latencies)
      time += asked.time
    }
    let count = Double(2 * runs)
    figure("creations", Double(runs) / (made.time / .seconds(1)), "1/s")
    figure("transitions", count / (time / .seconds(1)), "1/s")
    figure("transition_p50", latencies.microseconds(at: 0.5) / 1000, "ms")
    figure("transition_p99", latencies.microseconds(at: 0.99) / 1000, "ms")
    figure(
      "load_cpu", (try own.processorTime() - ownBefore) / .microseconds(1) / count, "us")
    if let before, let after = try usage?.processorTime() {
      figure("server_cpu", (after - before) / .microseconds(1) / count, "us")
    }
  }

  /// The id of what was made.
  private static func id(of answer: KeepAliveClient.Answer) throws -> String {
    guard case .object(let made) = try JSONValue(json: answer.body),
      case .string(let id)? = made["id"]
    else { throw ValidationError("not made: \(answer.text)") }
    return id
  }
}

extension KeepAliveClient.Answer {
  /// What it says, for a person.
  var text: String { "\(status) \(String(decoding: body, as: UTF8.self))" }
}
