// Decides what a field of a cron expression may hold, and how a value, a range or a step in it is read.

/// One of the fields, with its words.
enum CronField: String, CaseIterable {
  case minute, hour, day, month, weekday, second

  var range: ClosedRange<Int> {
    switch self {
    case .minute, .second: 0...59
    case .hour: 0...23
    case .day: 1...31
    case .month: 1...12
    // 7 is Sunday too.
    case .weekday: 0...7
    }
  }

  /// The values of a `*`.
  var all: ClosedRange<Int> { self == .weekday ? 0...6 : range }

  private var names: [String] {
    switch self {
    case .month:
      ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    default: []
    }
  }

  func invalid(_ problem: String) -> InvalidValue { InvalidValue("cron.\(rawValue)", problem) }

  /// A number or a name.
  func value(_ text: some StringProtocol) throws(InvalidValue) -> Int {
    if let place = names.firstIndex(of: String(text)) { return place + all.lowerBound }
    guard let number = digits(text) else {
      let known = names.first.map { ", \($0) to \(names.last ?? $0)" } ?? ""
      throw invalid(
        "has '\(text.prefix(20))': use \(range.lowerBound) to \(range.upperBound)\(known), lists, a-b and /n"
      )
    }
    if number > range.upperBound { throw invalid("\(number) is above \(range.upperBound)") }
    if number < range.lowerBound { throw invalid("\(number) is below \(range.lowerBound)") }
    return number
  }

  /// What an element stands for: `*`, `5`, `1-5`, `*/10`, `5/10`, `fri-mon`. The field's own signs are read before.
  func values(_ element: some StringProtocol) throws(InvalidValue) -> [Int] {
    let parts = element.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    var step: Int?
    if parts.count == 2 {
      guard let number = digits(parts[1]), number > 0 else {
        throw invalid("has the step '\(parts[1].prefix(20))': a step is a number from 1")
      }
      step = number
    }
    if parts[0] == "*" {
      return Array(stride(from: all.lowerBound, through: all.upperBound, by: step ?? 1))
    }
    let bounds = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let low = try value(bounds[0])
    let high: Int
    if bounds.count == 2 {
      high = self == .day && bounds[1] == "l" ? range.upperBound : try value(bounds[1])
    } else {
      high = step == nil ? low : all.upperBound
    }
    // A range that ends before it begins goes round: fri-mon, 22-2.
    let end = high < low ? high + all.count : high
    return stride(from: low, through: max(low, end), by: step ?? 1).map {
      ($0 - all.lowerBound) % all.count + all.lowerBound
    }
  }

  func digits(_ text: some StringProtocol) -> Int? {
    guard 1...4 ~= text.utf8.count, text.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return Int(text)
  }
}
