// Decides what is counted of calls: how many ended with which code and how long they took, by method; how
// many run now. Recording touches a few atomics and no lock.

public import MartletCall
import NIOConcurrencyHelpers

/// The counts of a server's calls.
public final class RPCMetrics: Sendable {
  /// The counts of one method.
  final class Method: Sendable {
    let path: String
    let service: String
    let name: String
    let codes: [CounterCell] = StatusCode.allCases.map { _ in CounterCell() }
    let running = CounterCell()
    let latency = HistogramCell(bounds: HistogramCell.latencies)

    init(_ descriptor: MethodDescriptor) {
      path = descriptor.path
      service = descriptor.service
      name = descriptor.name
    }
  }

  private let methods = NIOLockedValueBox<[String: Method]>([:])

  /// Makes empty counts; give them to one or more servers.
  public init() {}

  /// The counts of methods, by their numbers; for a server's start.
  func rows(for registered: [RegisteredMethod]) -> [Method] {
    methods.withLockedValue { methods in
      registered.map { entry in
        let path = entry.descriptor.path
        if let known = methods[path] { return known }
        let made = Method(entry.descriptor)
        methods[path] = made
        return made
      }
    }
  }

  /// How many calls of a method path ended with a code.
  public func count(of path: String, _ code: StatusCode) -> Int {
    methods.withLockedValue { $0[path] }?.codes[Int(code.rawValue)].current ?? 0
  }

  /// Appends the counts to a page of metrics.
  func write(to text: inout PrometheusText) {
    let rows = methods.withLockedValue { $0.values.sorted { $0.path < $1.path } }
    text.family("martlet_rpc_calls_total", "counter", "Calls answered, by method and code.")
    for row in rows {
      for code in StatusCode.allCases {
        let count = row.codes[Int(code.rawValue)].current
        guard count > 0 else { continue }
        text.sample(
          "martlet_rpc_calls_total",
          [("service", row.service), ("method", row.name), ("code", code.name)], "\(count)")
      }
    }
    text.family("martlet_rpc_calls_running", "gauge", "Calls begun and not yet answered.")
    for row in rows {
      text.sample(
        "martlet_rpc_calls_running", [("service", row.service), ("method", row.name)],
        "\(row.running.current)")
    }
    text.family(
      "martlet_rpc_call_seconds", "histogram", "Time from the head of a request to its status.")
    for row in rows where row.latency.counts.contains(where: { $0 > 0 }) {
      text.histogram(
        "martlet_rpc_call_seconds", [("service", row.service), ("method", row.name)], row.latency,
        scale: 1e-9)
    }
  }
}

/// Counts calls.
package struct MetricsInterceptor: Interceptor {
  private let rows: [RPCMetrics.Method]

  package init(_ metrics: RPCMetrics, methods: [RegisteredMethod]) {
    rows = metrics.rows(for: methods)
  }

  package func before(_ call: inout IncomingCall) {
    rows[call.method.index].running.add(1)
  }

  package func after(_ call: borrowing FinishedCall) {
    let row = rows[call.method.index]
    row.running.add(-1)
    row.codes[Int(call.code.rawValue)].add(1)
    row.latency.record(call.nanoseconds)
  }
}
