// Decides how states, times and lengths are shown to people.

import Glibc
import MartletProto
import MartletWire

extension Run {
  /// How long the run has run or ran, such as `1.3s`.
  var duration: String {
    guard let start = times?.startTime else { return "-" }
    let end = times?.endTime ?? .now
    return length(end.interval(since: start))
  }
}

extension State? {
  /// The state's name in its colour.
  var cell: Table.Cell { .init(label, style) }

  /// The name, with the type when that says something else.
  var label: String {
    guard let self else { return "-" }
    return self.name.isEmpty ? "\(self.type)" : self.name
  }

  /// The colour of the type.
  var style: Style? {
    switch self?.type {
    case .completed: .green
    case .failed, .crashed: .red
    case .running: .cyan
    case .scheduled, .pending, .paused: .yellow
    case .cancelling, .cancelled: .magenta
    default: nil
    }
  }
}

extension Timestamp {
  /// The time now, by this machine's clock.
  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanos: Int32(time.tv_nsec))
  }

  /// Seconds from another time to this one.
  func interval(since other: Timestamp) -> Double {
    Double(seconds - other.seconds) + Double(nanos - other.nanos) / 1e9
  }

  /// The local time of day with milliseconds, as log lines begin.
  var clock: String {
    var time = time_t(seconds)
    var parts = tm()
    localtime_r(&time, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let milliseconds = String(1000 + nanos / 1_000_000).dropFirst()
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)"
  }
}

/// A length of time in its natural unit.
func length(_ seconds: Double) -> String {
  switch seconds {
  case ..<0.9995: "\(Int((max(0, seconds) * 1000).rounded()))ms"
  case ..<60: "\((seconds * 10).rounded() / 10)s"
  case ..<3600: "\(Int(seconds) / 60)m\(Int(seconds) % 60)s"
  default: "\(Int(seconds) / 3600)h\(Int(seconds) / 60 % 60)m"
  }
}

/// How long ago a time was.
func ago(_ time: Timestamp) -> String { "\(age(Timestamp.now.interval(since: time))) ago" }

/// How long something has lasted, in its largest unit such as `40m`.
func age(_ seconds: Double) -> String {
  switch seconds {
  case ..<60: "\(max(0, Int(seconds)))s"
  case ..<3600: "\(Int(seconds) / 60)m"
  case ..<86_400: "\(Int(seconds) / 3600)h"
  default: "\(Int(seconds) / 86_400)d"
  }
}
