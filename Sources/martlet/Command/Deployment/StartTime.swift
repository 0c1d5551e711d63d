// Decides how times and lengths of time are written on the command line.

import ArgumentParser
import Glibc
import MartletModel
import MartletProto
import MartletWire

/// The time at which somebody wants a run to start.
enum StartTime {
  /// This machine's clock.
  static var now: Instant { instant(.now) }

  static func instant(_ time: Timestamp) -> Instant {
    Instant(microseconds: time.seconds * 1_000_000 + Int64(time.nanos) / 1000)
  }

  static func timestamp(_ time: Instant) -> Timestamp {
    let seconds = (Double(time.microseconds) / 1e6).rounded(.down)
    let rest = time.microseconds - Int64(seconds) * 1_000_000
    return Timestamp(seconds: Int64(seconds), nanos: Int32(rest * 1000))
  }

  /// Reads a length such as `10 min`, `1h30m` or `2 days`; nil when it is none.
  ///
  /// - Returns: Microseconds.
  static func length(_ text: String) -> Int64? {
    var sum = 0.0
    var rest = Substring(text).drop(while: \.isWhitespace)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let number = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count).drop(while: \.isWhitespace)
      let word = rest.prefix(while: \.isLetter)
      rest = rest.dropFirst(word.count).drop { $0.isWhitespace || $0 == "," }
      guard let count = Double(number), let unit = unit(word.lowercased()) else { return nil }
      sum += count * unit
    }
    guard sum < 1e12 else { return nil }
    return Int64(sum * 1e6)
  }

  private static func unit(_ word: String) -> Double? {
    switch word {
    case "s", "sec", "secs", "second", "seconds": 1
    case "m", "min", "mins", "minute", "minutes": 60
    case "h", "hr", "hrs", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    case "w", "week", "weeks": 604_800
    default: nil
    }
  }

  /// Reads a time with its offset, or one of this machine's zone; nil when it is none.
  static func time(_ text: String) -> Instant? {
    if let time = Instant(rfc3339: text) { return time }
    // The digits are read as if they were UTC's, and then taken for those of this zone.
    let digits = text.replacing(" ", with: "T")
    for ending in ["Z", ":00Z", "T00:00:00Z"] {
      guard let time = Instant(rfc3339: digits + ending) else { continue }
      var seconds = time_t(timestamp(time).seconds)
      var parts = tm()
      gmtime_r(&seconds, &parts)
      parts.tm_isdst = -1
      return Instant(microseconds: Int64(mktime(&parts)) * 1_000_000)
    }
    return nil
  }

  /// Reads the time after a flag.
  static func timestamp(_ text: String, _ flag: String) throws -> Timestamp {
    guard let time = time(text) else {
      throw ValidationError(
        "\(flag) takes a time such as 2026-11-21T09:30:00Z, \"2026-11-21 09:30\" or 2026-11-21, not \"\(text)\""
      )
    }
    return timestamp(time)
  }

  /// A time in this machine's zone.
  static func local(_ time: Instant) -> String {
    var seconds = time_t(timestamp(time).seconds)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let length = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S %Z", &parts)
    return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The same, of a time that may have passed: `10m ago`.
  static func around(_ time: Instant) -> String {
    let seconds = Double(time.distance(to: now).microseconds) / 1e6
    return seconds < 1 ? ahead(time) : "\(age(seconds)) ago"
  }

  /// How far ahead a time is: `in 10 minutes`.
  static func ahead(_ time: Instant) -> String {
    let seconds = Int64((Double(now.distance(to: time).microseconds) / 1e6).rounded())
    func text(_ count: Int64, _ unit: String) -> String {
      "in \(count) \(unit)\(count == 1 ? "" : "s")"
    }
    switch seconds {
    case ..<1: return "now"
    case ..<60: return text(seconds, "second")
    case ..<3600: return text((seconds + 30) / 60, "minute")
    case ..<86_400: return text((seconds + 1800) / 3600, "hour")
    default: return text((seconds + 43_200) / 86_400, "day")
    }
  }
}

extension MartletProto.Run {
  /// When it may start, of one that waits.
  var due: Instant? {
    guard case .scheduled(let scheduled)? = state?.detail else { return nil }
    return scheduled.dueTime.map(StartTime.instant)
  }
}
