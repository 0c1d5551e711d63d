// Decides how the plain values of triggers and actions are read from JSON: null is as good as nothing.

/// Reads values.
enum TriggerReader {
  /// Most texts in a list, and bytes in each.
  static let most = 200
  static let longest = 1000

  static func text(_ json: JSON?, _ field: String) throws(InvalidValue) -> String? {
    switch json {
    case nil, .null?: return nil
    case .string(let text)? where text.text.utf8.count <= longest && !text.text.utf8.contains(0):
      return text.text
    default: throw InvalidValue(field, "must be a text of at most \(longest) bytes")
    }
  }

  static func texts(_ json: JSON?, _ field: String) throws(InvalidValue) -> [String] {
    guard case .array(let values)? = json else {
      return try text(json, field).map { [$0] } ?? []
    }
    guard values.count <= most else { throw InvalidValue(field, "has more than \(most) texts") }
    var texts: [String] = []
    for value in values {
      guard let text = try text(value, field) else { throw InvalidValue(field, "has a null") }
      texts.append(text)
    }
    return texts
  }

  static func id(_ json: JSON?, _ field: String) throws(InvalidValue) -> UUIDValue? {
    guard let text = try text(json, field) else { return nil }
    guard let id = UUIDValue(text: text) else { throw InvalidValue(field, "is no UUID") }
    return id
  }

  static func integer(
    _ json: JSON, _ field: String, _ range: ClosedRange<Int>
  ) throws(InvalidValue) -> Int {
    guard case .number(let number) = json, let value = Double(number.description),
      value == value.rounded(), abs(value) < 1e15, range.contains(Int(value))
    else {
      throw InvalidValue(
        field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(value)
  }

  /// A length of time: seconds, or a text such as `PT1H30M`.
  static func interval(_ json: JSON?, _ field: String) throws(InvalidValue) -> Interval? {
    let seconds: Double?
    switch json {
    case nil, .null?: return nil
    case .number(let number)?: seconds = Double(number.description)
    case .string(let text)?: seconds = Double(text.text) ?? self.seconds(text.text)
    default: seconds = nil
    }
    guard let seconds, seconds >= 0, seconds <= 366 * 86_400 else {
      throw InvalidValue(field, "must be a length of time in seconds, at most 366 days")
    }
    return Interval(microseconds: Int64((seconds * 1_000_000).rounded()))
  }

  /// Reads `P1DT2H3M4.5S`.
  private static func seconds(_ text: String) -> Double? {
    guard text.first == "P", text.count > 2 else { return nil }
    var total = 0.0
    var number = ""
    var isTime = false
    for character in text.dropFirst() {
      let unit: Double
      switch (character, isTime) {
      case ("0"..."9", _), (".", _):
        number.append(character)
        continue
      case ("T", false):
        guard number.isEmpty else { return nil }
        isTime = true
        continue
      case ("W", false): unit = 604_800
      case ("D", false): unit = 86_400
      case ("H", true): unit = 3600
      case ("M", true): unit = 60
      case ("S", true): unit = 1
      default: return nil
      }
      guard let value = Double(number) else { return nil }
      total += value * unit
      number = ""
    }
    return number.isEmpty ? total : nil
  }

  static func json(_ interval: Interval) -> JSON {
    .double(Double(interval.microseconds) / 1_000_000)
  }
}
