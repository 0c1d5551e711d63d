// Decides the soaks: many large_unary calls in sequence, over one channel or each over one of its own, with bounds on
// failures and on time.

import InteropProto
import MartletCall
import MartletRPC

/// How long a soak is and what it may cost.
struct SoakPlan: Sendable {
  var iterations: Int
  var maxFailures: Int
  var maxLatency: Duration
  var timeout: Duration
  var minTimeBetweenCalls: Duration
  var requestSize: Int
  var responseSize: Int

  /// Runs the soak, with the channel that `channel` gives for each call.
  func run(_ name: String, channel: () -> RPCChannel) async throws {
    let request = SimpleRequest(
      responseSize: Int32(responseSize), payload: .zeros(requestSize))
    let start = ContinuousClock.now
    var latencies: [Duration] = []
    var failures: [String] = []
    while latencies.count < iterations, .now - start < timeout {
      let begin = ContinuousClock.now
      let used = channel()
      do {
        let response = try await TestServiceClient(channel: used).unaryCall(
          request, options: CallOptions(timeout: timeout - (begin - start)))
        try expect(response.payload, zeros: responseSize)
        let latency = .now - begin
        if latency > maxLatency { failures.append("call \(latencies.count) took \(latency)") }
      } catch {
        failures.append("call \(latencies.count): \(error)")
      }
      latencies.append(.now - begin)
      if latencies.count < iterations {
        try await Task.sleep(until: begin + minTimeBetweenCalls, clock: .continuous)
      }
    }
    latencies.sort()
    let median = latencies.isEmpty ? Duration.zero : latencies[latencies.count / 2]
    print("\(name): \(latencies.count) calls, \(failures.count) failures, median \(median)")
    guard latencies.count == iterations else {
      throw CaseFailure(
        description: "\(latencies.count) of \(iterations) calls were made in \(timeout)")
    }
    guard failures.count <= maxFailures else {
      throw CaseFailure(description: failures.joined(separator: "\n  "))
    }
  }
}

extension InteropCase {
  static let soak = [
    InteropCase(name: "rpc_soak") { setting in
      try await setting.soak.run("rpc_soak") { setting.channel }
    },
    InteropCase(name: "channel_soak") { setting in
      try await setting.soak.run("channel_soak", channel: setting.connect)
    },
  ]
}
