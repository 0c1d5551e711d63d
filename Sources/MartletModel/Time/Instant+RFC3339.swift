// Decides how a time is written in filters: RFC 3339.

extension Instant {
  /// Reads an RFC 3339 time with its offset, to the microsecond; a date alone is its midnight in UTC.
  ///
  /// Further digits of a fraction are dropped. A leap second is refused, as Postgres has none. Nil for
  /// anything else, and for years before 1.
  public init?(rfc3339 text: some StringProtocol) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), year >= 1, reader.take("-"), let month = reader.number(2),
      reader.take("-"), let day = reader.number(2), 1...12 ~= month,
      1...Int64(CivilDate.days(inMonth: Int(month), of: Int(year))) ~= day
    else { return nil }
    var seconds = Int64(CivilDate.dayNumber(Int(year), Int(month), Int(day))) * 86_400
    var fraction: Int64 = 0
    if !reader.isAtEnd {
      guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(2),
        reader.take(":"), let minute = reader.number(2), reader.take(":"),
        let second = reader.number(2), hour <= 23, minute <= 59, second <= 59
      else { return nil }
      seconds += hour * 3600 + minute * 60 + second
      if reader.take(".") {
        guard let micros = reader.fraction() else { return nil }
        fraction = micros
      }
      guard let offset = reader.offset() else { return nil }
      seconds -= offset
    }
    guard reader.isAtEnd else { return nil }
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  /// The time as RFC 3339 has it, in UTC.
  public var rfc3339: String {
    let time = LocalTime(seconds: Int(microseconds.dividedDown(by: 1_000_000)))
    let fraction = Int(microseconds.remainderUp(by: 1_000_000))
    var text = time.digits
    if fraction != 0 {
      text.append(UInt8(ascii: "."))
      text.appendDigits(fraction, 6)
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }
}

/// Reads fixed runs of digits.
private struct DigitReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { index == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  mutating func number(_ digits: Int) -> Int64? {
    guard index + digits <= bytes.count else { return nil }
    var number: Int64 = 0
    for byte in bytes[index..<index + digits] {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    index += digits
    return number
  }

  /// Microseconds of a fraction with any number of digits.
  mutating func fraction() -> Int64? {
    var micros: Int64 = 0
    var digits = 0
    while index < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] {
      if digits < 6 { micros = micros * 10 + Int64(bytes[index] - UInt8(ascii: "0")) }
      digits += 1
      index += 1
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 6 - digits) { micros *= 10 }
    return micros
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let isEast = take("+")
    guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2),
      hours <= 23, minutes <= 59
    else { return nil }
    return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
  }
}
