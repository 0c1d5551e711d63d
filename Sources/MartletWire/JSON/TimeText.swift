// Decides how times are text in JSON: RFC 3339 in UTC, and seconds with an `s`; 0, 3, 6 or 9 digits of fraction out.

/// Calendar arithmetic of the proleptic Gregorian calendar.
enum Calendar {
  /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, in seconds since 1970.
  static let timestampSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  /// About 10,000 years.
  static let durationSeconds: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  /// The date of a day since 1970-01-01.
  static func date(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // Counts from 0000-03-01, so that the leap day ends a year; an era is 400 years.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1
    )
  }

  /// The day since 1970-01-01 of a date.
  static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let march = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * march + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// How many days a month has.
  static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension JSONOutput {
  /// Writes `"2026-11-21T09:30:00.250Z"`; false when the time is out of range.
  mutating func append(timestamp seconds: Int64, nanos: Int32) -> Bool {
    guard Calendar.timestampSeconds.contains(seconds), (0...999_999_999).contains(nanos) else {
      return false
    }
    var day = seconds / 86_400
    var second = seconds % 86_400
    if second < 0 {
      second += 86_400
      day -= 1
    }
    let date = Calendar.date(day: day)
    append("\"")
    append(UInt64(date.year), digits: 4)
    append("-")
    append(UInt64(date.month), digits: 2)
    append("-")
    append(UInt64(date.day), digits: 2)
    append("T")
    append(UInt64(second / 3600), digits: 2)
    append(":")
    append(UInt64(second / 60 % 60), digits: 2)
    append(":")
    append(UInt64(second % 60), digits: 2)
    append(fraction: nanos.magnitude)
    append("Z\"")
    return true
  }

  /// Writes `"-1.500s"`; false when the duration is out of range or its parts disagree in sign.
  mutating func append(duration seconds: Int64, nanos: Int32) -> Bool {
    guard Calendar.durationSeconds.contains(seconds), nanos.magnitude <= 999_999_999,
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { return false }
    append("\"")
    if seconds < 0 || nanos < 0 { append("-") }
    append(seconds.magnitude)
    append(fraction: nanos.magnitude)
    append("s\"")
    return true
  }

  private mutating func append(fraction nanos: UInt32) {
    guard nanos > 0 else { return }
    append(".")
    if nanos % 1_000_000 == 0 {
      append(UInt64(nanos / 1_000_000), digits: 3)
    } else if nanos % 1000 == 0 {
      append(UInt64(nanos / 1000), digits: 6)
    } else {
      append(UInt64(nanos), digits: 9)
    }
  }
}

/// Reads times.
struct TimeText {
  private let text: UnsafeBufferPointer<UInt8>
  private var index = 0

  private init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// Reads RFC 3339 with any offset; nil when it is something else, or out of range.
  static func timestamp(_ text: UnsafeBufferPointer<UInt8>) -> (seconds: Int64, nanos: Int32)? {
    var reader = TimeText(text)
    return reader.timestamp()
  }

  /// Reads seconds with an `s`; nil when it is something else, or out of range.
  static func duration(_ text: UnsafeBufferPointer<UInt8>) -> (seconds: Int64, nanos: Int32)? {
    var reader = TimeText(text)
    return reader.duration()
  }

  private mutating func timestamp() -> (seconds: Int64, nanos: Int32)? {
    guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
      take("T"), let hour = digits(2), take(":"), let minute = digits(2), take(":"),
      let second = digits(2), let nanos = fraction(), let offset = offset(), index == text.count,
      (1...12).contains(month), day >= 1, day <= Calendar.days(inMonth: month, of: year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    let days = Calendar.day(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    guard Calendar.timestampSeconds.contains(seconds) else { return nil }
    return (seconds, nanos)
  }

  private mutating func duration() -> (seconds: Int64, nanos: Int32)? {
    let isNegative = take("-")
    let start = index
    var seconds: Int64 = 0
    while let digit = digits(1) {
      seconds = seconds * 10 + digit
      // Twelve digits are enough; this also stops what would overflow.
      guard seconds <= Calendar.durationSeconds.upperBound else { return nil }
    }
    guard index > start, let nanos = fraction(), take("s"), index == text.count else { return nil }
    return isNegative ? (-seconds, -nanos) : (seconds, nanos)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < text.count, text[index] == UInt8(truncatingIfNeeded: character.value) else {
      return false
    }
    index += 1
    return true
  }

  private mutating func digits(_ count: Int) -> Int64? {
    guard index + count <= text.count else { return nil }
    var number: Int64 = 0
    for byte in text[index..<(index + count)] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    index += count
    return number
  }

  /// Nanoseconds of `.` and one to nine digits; 0 when there is no point.
  private mutating func fraction() -> Int32? {
    guard take(".") else { return 0 }
    var nanos: Int64 = 0
    var count = 0
    while let digit = digits(1) {
      nanos = nanos * 10 + digit
      count += 1
      guard count <= 9 else { return nil }
    }
    guard count > 0 else { return nil }
    for _ in count..<9 { nanos *= 10 }
    return Int32(nanos)
  }

  private mutating func offset() -> Int64? {
    if take("Z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), let hours = digits(2), take(":"), let minutes = digits(2),
      hours < 24, minutes < 60
    else { return nil }
    let seconds = hours * 3600 + minutes * 60
    return isWest ? -seconds : seconds
  }
}
