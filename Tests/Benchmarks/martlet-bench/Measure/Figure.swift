// Decides how a result is printed, and which of many values stands for all.

import Glibc
import MartletWire

/// Prints one line for scripts.
func figure(_ name: String, _ value: Double, _ unit: String) {
  print("figure \(name) = \(decimal(value)) \(unit)")
}

/// Three digits that mean something, never an exponent.
private func decimal(_ value: Double) -> String {
  guard abs(value) < 100 else { return String(Int(value.rounded())) }
  let scaled = Int((abs(value) * 1000).rounded())
  let fraction = String(scaled % 1000)
  return (value < 0 ? "-" : "") + "\(scaled / 1000)."
    + String(repeating: "0", count: 3 - fraction.count) + fraction
}

/// Durations of the same thing done many times.
struct Latencies: Sendable {
  private(set) var values: [Duration] = []

  mutating func append(_ value: Duration) { values.append(value) }
  mutating func append(_ other: Latencies) { values += other.values }

  /// The value that a share of all do not exceed, in microseconds; 0 without any.
  func microseconds(at share: Double) -> Double {
    guard !values.isEmpty else { return 0 }
    let index = min(values.count - 1, Int(Double(values.count) * share))
    return values.sorted()[index] / .microseconds(1)
  }
}

extension Timestamp {
  /// This machine's time, which is that of a Postgres on it.
  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanos: Int32(time.tv_nsec))
  }

  /// What has passed since 1970.
  var sinceEpoch: Duration { .seconds(seconds) + .nanoseconds(nanos) }
}
