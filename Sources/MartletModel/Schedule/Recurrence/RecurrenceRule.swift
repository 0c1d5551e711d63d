// Decides what a recurrence rule of RFC 5545 holds: its parts, as they were read.

/// An RRULE or EXRULE.
public struct RecurrenceRule: Sendable, Hashable {
  enum Frequency: Int, Sendable, Comparable {
    case secondly, minutely, hourly, daily, weekly, monthly, yearly

    /// Longer periods are above shorter ones.
    static func < (left: Frequency, right: Frequency) -> Bool { left.rawValue < right.rawValue }
  }

  /// A weekday, perhaps the n-th of its month or year, from the end when negative.
  struct Day: Sendable, Hashable {
    var weekday: Int
    var count: Int?
  }

  var frequency: Frequency
  var interval = 1
  var count: Int?
  var until: RecurrenceTime?
  /// Bit 1 is January.
  var months: UInt16?
  /// Bit 1 is the first day.
  var monthDays: UInt32?
  /// Bit 1 is the last day.
  var monthDaysFromEnd: UInt32?
  var yearDays: Set<Int> = []
  var weeks: Set<Int> = []
  var days: [Day] = []
  var hours: UInt64?
  var minutes: UInt64?
  var seconds: UInt64?
  /// Places in the set of a period, from the end when negative.
  var places: [Int] = []
  /// The weekday that weeks start on; 0 is Sunday.
  var weekStart = 1

  /// Whether some part says which days are meant; else the start does.
  var namesDays: Bool {
    monthDays != nil || monthDaysFromEnd != nil || !yearDays.isEmpty || !weeks.isEmpty
      || !days.isEmpty
  }

  /// Whether only the frequency and the interval say when.
  var isPlain: Bool {
    !namesDays && months == nil && hours == nil && minutes == nil && seconds == nil
      && places.isEmpty
  }
}

/// A time in a recurrence: local, or in UTC (`Z`), or a date alone.
struct RecurrenceTime: Sendable, Hashable {
  var local: LocalTime
  var isUTC = false
  var isDate = false

  /// What the zone's clock shows.
  func local(in zone: Zone) -> LocalTime {
    guard isUTC else { return local }
    return LocalTime(seconds: local.seconds + zone.span(at: local.seconds).offset)
  }
}
