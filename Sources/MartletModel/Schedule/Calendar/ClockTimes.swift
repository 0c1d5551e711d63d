// Decides which times of a day a rule names: every combination of its hours, minutes and seconds.

/// Hours × minutes × seconds, each a set of bits.
struct ClockTimes: Sendable, Hashable {
  var hours: UInt64
  var minutes: UInt64
  var seconds: UInt64

  static let everyHour: UInt64 = 1 << 24 - 1
  static let everySixtieth: UInt64 = 1 << 60 - 1

  var count: Int {
    hours.nonzeroBitCount * minutes.nonzeroBitCount * seconds.nonzeroBitCount
  }

  /// The first time of the day that is not before a second of the day.
  func first(atOrAfter second: Int) -> Int? {
    guard second < 86_400 else { return nil }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60)
    if hours.has(hour) {
      if minutes.has(minute), let next = seconds.firstBit(from: second) {
        return hour * 3600 + minute * 60 + next
      }
      if let next = minutes.firstBit(from: minute + 1), let first = seconds.firstBit(from: 0) {
        return hour * 3600 + next * 60 + first
      }
    }
    guard let next = hours.firstBit(from: hour + 1), let minute = minutes.firstBit(from: 0),
      let second = seconds.firstBit(from: 0)
    else { return nil }
    return next * 3600 + minute * 60 + second
  }

  /// The time at a place of the ordered times.
  subscript(place: Int) -> Int {
    let perMinute = seconds.nonzeroBitCount
    let perHour = perMinute * minutes.nonzeroBitCount
    return hours.bit(place / perHour) * 3600 + minutes.bit(place % perHour / perMinute) * 60
      + seconds.bit(place % perMinute)
  }
}

extension FixedWidthInteger {
  /// Whether a bit is set.
  func has(_ bit: Int) -> Bool { self & (1 << bit) != 0 }

  /// The lowest set bit that is not below another.
  func firstBit(from bit: Int) -> Int? {
    guard bit < Self.bitWidth else { return nil }
    let rest = self & (~0 << bit)
    return rest == 0 ? nil : rest.trailingZeroBitCount
  }

  /// The set bit with so many set bits below it.
  func bit(_ place: Int) -> Int {
    var rest = self
    for _ in 0..<place { rest &= rest - 1 }
    return rest.trailingZeroBitCount
  }
}
