// Decides where every metric of the program is kept: swift-metrics calls anywhere land here and, with the
// counts of calls, come out on one page.

public import CoreMetrics
import NIOConcurrencyHelpers

/// The metrics of a program: bootstrap swift-metrics with it and serve `page` at `/metrics`.
public final class MetricsRegistry: MetricsFactory, Sendable {
  struct Key: Hashable, Sendable {
    var name: String
    var labels: [Label]
    init(_ label: String, _ dimensions: [(String, String)]) {
      name = PrometheusText.name(label)
      labels = dimensions.map { Label(name: PrometheusText.name($0.0), value: $0.1) }
    }
  }
  struct Label: Hashable, Sendable {
    var name: String
    var value: String
  }
  enum Instrument: Sendable {
    case counter(CounterCell)
    case floatingCounter(GaugeCell)
    case gauge(GaugeCell)
    case sizes(HistogramCell)
    case times(HistogramCell)
  }

  private let instruments = NIOLockedValueBox<[Key: Instrument]>([:])
  private let gauges = NIOLockedValueBox<
    [(name: String, help: String, read: @Sendable () -> Double)]
  >([])
  private let rpc: RPCMetrics?

  /// Makes an empty registry.
  ///
  /// - Parameter rpc: counts of calls that appear on the page too.
  public init(rpc: RPCMetrics? = nil) { self.rpc = rpc }

  /// Adds a gauge that is read whenever the page is made.
  public func gauge(_ name: String, _ help: String, read: @escaping @Sendable () -> Double) {
    gauges.withLockedValue { $0.append((PrometheusText.name(name), help, read)) }
  }

  /// The media type of `page`.
  public static var contentType: String { PrometheusText.contentType }

  /// Every metric in the text format of Prometheus.
  public var page: String {
    var text = PrometheusText()
    rpc?.write(to: &text)
    for gauge in gauges.withLockedValue({ $0 }) {
      text.family(gauge.name, "gauge", gauge.help)
      text.sample(gauge.name, [], PrometheusText.number(gauge.read()))
    }
    let all = instruments.withLockedValue { Array($0) }
    let families = Dictionary(grouping: all) { $0.key.name }.sorted { $0.key < $1.key }
    for (_, members) in families {
      guard let first = members.first else { continue }
      let family = Self.family(first.key.name, first.value)
      text.family(family.name, family.type, "As recorded by \(first.key.name).")
      let sorted = members.sorted {
        $0.key.labels.map(\.value).lexicographicallyPrecedes($1.key.labels.map(\.value))
      }
      for (key, instrument) in sorted {
        let labels = key.labels.map { ($0.name, $0.value) }
        switch instrument {
        case .counter(let cell): text.sample(family.name, labels, "\(cell.current)")
        case .floatingCounter(let cell), .gauge(let cell):
          text.sample(family.name, labels, PrometheusText.number(cell.current))
        case .sizes(let cell): text.histogram(family.name, labels, cell, scale: 1)
        case .times(let cell): text.histogram(family.name, labels, cell, scale: 1e-9)
        }
      }
    }
    return text.text
  }

  private static func family(_ name: String, _ instrument: Instrument) -> (
    name: String, type: String
  ) {
    switch instrument {
    case .counter, .floatingCounter: (name.hasSuffix("_total") ? name : name + "_total", "counter")
    case .gauge: (name, "gauge")
    case .sizes: (name, "histogram")
    case .times: (name.hasSuffix("_seconds") ? name : name + "_seconds", "histogram")
    }
  }

  /// The instrument of a name; one of another kind under the same name stays apart and unseen.
  private func instrument<Cell>(
    _ label: String, _ dimensions: [(String, String)], make: () -> Instrument,
    cell: (Instrument) -> Cell?
  ) -> Cell? {
    let key = Key(label, dimensions)
    return instruments.withLockedValue { instruments in
      if let known = instruments[key] { return cell(known) }
      let made = make()
      instruments[key] = made
      return cell(made)
    }
  }

  /// Makes a counter; see `MetricsFactory`.
  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    let cell = instrument(label, dimensions, make: { .counter(CounterCell()) }) {
      if case .counter(let cell) = $0 { cell } else { nil }
    }
    return IntegerCounter(cell: cell ?? CounterCell())
  }

  /// Makes a counter of fractions; see `MetricsFactory`.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let cell = instrument(label, dimensions, make: { .floatingCounter(GaugeCell()) }) {
      if case .floatingCounter(let cell) = $0 { cell } else { nil }
    }
    return FractionCounter(cell: cell ?? GaugeCell())
  }

  /// Makes a gauge that is raised and lowered; see `MetricsFactory`.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    Meter(cell: gaugeCell(label, dimensions))
  }

  private func gaugeCell(_ label: String, _ dimensions: [(String, String)]) -> GaugeCell {
    let cell = instrument(label, dimensions, make: { .gauge(GaugeCell()) }) {
      if case .gauge(let cell) = $0 { cell } else { nil }
    }
    return cell ?? GaugeCell()
  }

  /// Makes a recorder, which is a histogram when it aggregates and a gauge when not; see `MetricsFactory`.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    guard aggregate else { return GaugeRecorder(cell: gaugeCell(label, dimensions)) }
    let cell = instrument(
      label, dimensions, make: { .sizes(HistogramCell(bounds: HistogramCell.powers)) }
    ) {
      if case .sizes(let cell) = $0 { cell } else { nil }
    }
    return HistogramRecorder(cell: cell ?? HistogramCell(bounds: HistogramCell.powers))
  }

  /// Makes a timer; see `MetricsFactory`.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let cell = instrument(
      label, dimensions, make: { .times(HistogramCell(bounds: HistogramCell.latencies)) }
    ) {
      if case .times(let cell) = $0 { cell } else { nil }
    }
    return HistogramTimer(cell: cell ?? HistogramCell(bounds: HistogramCell.latencies))
  }

  /// Keeps the counter: what was counted stays true. See `MetricsFactory`.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Keeps the counter. See `MetricsFactory`.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Keeps the meter. See `MetricsFactory`.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Keeps the recorder. See `MetricsFactory`.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Keeps the timer. See `MetricsFactory`.
  public func destroyTimer(_ handler: any TimerHandler) {}
}

private final class IntegerCounter: CounterHandler {
  let cell: CounterCell
  init(cell: CounterCell) { self.cell = cell }
  func increment(by amount: Int64) { cell.add(Int(amount)) }
  func reset() { cell.reset() }
}

private final class FractionCounter: FloatingPointCounterHandler {
  let cell: GaugeCell
  init(cell: GaugeCell) { self.cell = cell }
  func increment(by amount: Double) { cell.add(amount) }
  func reset() { cell.set(0) }
}

private final class Meter: MeterHandler {
  let cell: GaugeCell
  init(cell: GaugeCell) { self.cell = cell }
  func set(_ value: Int64) { cell.set(Double(value)) }
  func set(_ value: Double) { cell.set(value) }
  func increment(by amount: Double) { cell.add(amount) }
  func decrement(by amount: Double) { cell.add(-amount) }
}

private final class GaugeRecorder: RecorderHandler {
  let cell: GaugeCell
  init(cell: GaugeCell) { self.cell = cell }
  func record(_ value: Int64) { cell.set(Double(value)) }
  func record(_ value: Double) { cell.set(value) }
}

private final class HistogramRecorder: RecorderHandler {
  let cell: HistogramCell
  init(cell: HistogramCell) { self.cell = cell }
  func record(_ value: Int64) { cell.record(value) }
  func record(_ value: Double) { cell.record(value < 9e18 ? Int64(max(0, value)) : .max) }
}

private final class HistogramTimer: TimerHandler {
  let cell: HistogramCell
  init(cell: HistogramCell) { self.cell = cell }
  func recordNanoseconds(_ duration: Int64) { cell.record(duration) }
}
