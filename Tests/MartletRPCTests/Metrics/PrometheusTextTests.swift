// Decides that what swift-metrics records comes out as Prometheus reads it.

import CoreMetrics
import MartletRPC
import Testing

@testable import MartletRPC

@Suite struct PrometheusTextTests {
  @Test func everyKindOfMetric() {
    let registry = MetricsRegistry()
    Counter(label: "runs.started", dimensions: [("kind", "fl\"ow\n")], factory: registry)
      .increment(by: 3)
    Counter(label: "runs.started", dimensions: [("kind", "task")], factory: registry).increment()
    FloatingPointCounter(label: "bytes", factory: registry).increment(by: 1.5)
    Gauge(label: "pool_use", factory: registry).record(0.5)
    let meter = Meter(label: "open", factory: registry)
    meter.increment(by: 5)
    meter.decrement(by: 2)
    let sizes = Recorder(label: "batch_size", factory: registry)
    for size in [1, 2, 3, 100_000] { sizes.record(size) }
    Timer(label: "commit", factory: registry).recordNanoseconds(3_000_000)
    registry.gauge("read_when_asked", "Read when asked.") { 42 }

    let page = registry.page
    for line in [
      "# TYPE runs_started_total counter",
      "runs_started_total{kind=\"fl\\\"ow\\n\"} 3",
      "runs_started_total{kind=\"task\"} 1",
      "bytes_total 1.5",
      "pool_use 0.5",
      "open 3",
      "# TYPE batch_size histogram",
      "batch_size_bucket{le=\"1\"} 1",
      "batch_size_bucket{le=\"4\"} 3",
      "batch_size_bucket{le=\"65536\"} 3",
      "batch_size_bucket{le=\"+Inf\"} 4",
      "batch_size_sum 100006",
      "batch_size_count 4",
      "commit_seconds_bucket{le=\"0.0025\"} 0",
      "commit_seconds_bucket{le=\"0.005\"} 1",
      "commit_seconds_sum 0.003",
      "# HELP read_when_asked Read when asked.",
      "read_when_asked 42",
    ] { #expect(page.contains(line + "\n"), "\(line)\n\(page)") }
    // A family is declared once, however many label sets it has.
    #expect(page.components(of: "# TYPE runs_started_total") == 1)
  }

  @Test func sameMetricIsSharedAndKindsDoNotMix() {
    let registry = MetricsRegistry()
    Counter(label: "x", factory: registry).increment()
    Counter(label: "x", factory: registry).increment()
    Recorder(label: "x", factory: registry).record(7)
    #expect(registry.page.contains("x_total 2\n"))
  }

  @Test(arguments: [
    (0.1, "0.1"), (0.0001, "0.0001"), (1, "1"), (2.5, "2.5"), (1e20, "1e+20"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (60_000_000_000 * 1e-9, "60"),
    (250_000 * 1e-9, "0.00025"),
  ])
  func numbers(_ value: Double, _ text: String) { #expect(PrometheusText.number(value) == text) }

  @Test func names() {
    #expect(PrometheusText.name("a.b-c/d") == "a_b_c_d")
    #expect(PrometheusText.name("9a") == "_9a")
    #expect(PrometheusText.name("ü") == "_")
  }
}

extension String {
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
