// Decides what may be chosen of the soaks, and modest defaults.

import ArgumentParser

/// The flags of rpc_soak and channel_soak.
struct SoakOptions: ParsableArguments {
  @Option(
    name: [.customLong("soak_iterations"), .customLong("soak-iterations")], help: "Calls in all.")
  var iterations = 10

  @Option(
    name: [.customLong("soak_max_failures"), .customLong("soak-max-failures")],
    help: "Calls that may fail, or take too long.")
  var maxFailures = 0

  @Option(
    name: [
      .customLong("soak_per_iteration_max_acceptable_latency_ms"),
      .customLong("soak-per-iteration-max-acceptable-latency-ms"),
    ], help: "How long a call may take.")
  var maxLatency = 1000

  @Option(
    name: [
      .customLong("soak_overall_timeout_seconds"), .customLong("soak-overall-timeout-seconds"),
    ], help: "How long all of them may take; without it, as long as each may.")
  var timeout: Int?

  @Option(
    name: [
      .customLong("soak_min_time_ms_between_rpcs"), .customLong("soak-min-time-ms-between-rpcs"),
    ], help: "The least time from the begin of a call to the next.")
  var minTimeBetweenCalls = 0

  @Option(
    name: [.customLong("soak_request_size"), .customLong("soak-request-size")],
    help: "Bytes in each request.")
  var requestSize = LargeUnary.requestSize

  @Option(
    name: [.customLong("soak_response_size"), .customLong("soak-response-size")],
    help: "Bytes in each response.")
  var responseSize = LargeUnary.responseSize

  var plan: SoakPlan {
    SoakPlan(
      iterations: iterations, maxFailures: maxFailures, maxLatency: .milliseconds(maxLatency),
      timeout: timeout.map { .seconds($0) } ?? .milliseconds(maxLatency) * max(1, iterations),
      minTimeBetweenCalls: .milliseconds(minTimeBetweenCalls), requestSize: requestSize,
      responseSize: responseSize)
  }
}
