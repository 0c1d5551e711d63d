// Decides in which other forms plain values are taken: those that Prefect's server takes, which reads them with pydantic.

internal import MartletModel

extension UUIDValue {
  /// Reads an id with hyphens or without, in braces, or as a URN.
  init?(anyForm text: String) {
    var digits = Substring(text)
    if digits.hasPrefix("urn:uuid:") { digits = digits.dropFirst(9) }
    if digits.hasPrefix("{"), digits.hasSuffix("}") { digits = digits.dropFirst().dropLast() }
    if digits.utf8.count == 32 {
      let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
      digits =
        groups.map { digits.dropFirst($0.lowerBound).prefix($0.count) }
        .joined(separator: "-")[...]
    }
    self.init(text: digits)
  }
}

extension Instant {
  /// What is more than this many seconds is milliseconds.
  private static let mostSeconds = 2e10

  /// Reads a time: RFC 3339, also without its zone, which is UTC then, or without its seconds; a day; or the time since 1970
  /// in seconds, or in milliseconds.
  init?(anyForm json: JSON) {
    if case .number(let number) = json, let seconds = Double(number.description) {
      self.init(sinceEpoch: seconds)
    } else if let text = json.text {
      self.init(anyForm: text)
    } else {
      return nil
    }
  }

  /// Reads a time as a text.
  init?(anyForm text: String) {
    if let instant = Instant(rfc3339: text) {
      self = instant
    } else if let seconds = Double(decimal: text) {
      self.init(sinceEpoch: seconds)
    } else {
      self.init(rfc3339: Self.completed(text))
    }
  }

  private init?(sinceEpoch number: Double) {
    let seconds = abs(number) > Self.mostSeconds ? number / 1000 : number
    guard abs(seconds) < 253_402_300_800 else { return nil }
    self.init(microseconds: Int64((seconds * 1_000_000).rounded()))
  }

  /// A text with the seconds and the zone that it lacks, and the colon that its zone lacks.
  private static func completed(_ text: String) -> String {
    let day = text.prefix(10)
    guard let separator = text.dropFirst(10).first, "Tt _".contains(separator) else { return text }
    let rest = text.dropFirst(11)
    let end = rest.firstIndex { "Zz+-".contains($0) } ?? rest.endIndex
    var time = String(rest[..<end])
    if time.utf8.count == 5 { time += ":00" }
    var zone = String(rest[end...])
    switch zone.utf8.count {
    case 0: zone = "Z"
    case 3: zone += ":00"
    case 5: zone = "\(zone.prefix(3)):\(zone.suffix(2))"
    default: break
    }
    return "\(day)T\(time)\(zone)"
  }
}

extension Int {
  /// Reads a number without a fraction, also as a text.
  init?(anyForm json: JSON) {
    let text: String? = if case .number(let digits) = json { digits.description } else { json.text }
    if let value = text.flatMap({ Int($0) }) {
      self = value
    } else if let number = Double(anyForm: json) {
      self.init(exactly: number)
    } else {
      return nil
    }
  }
}

extension Double {
  /// Reads a number, also as a text.
  init?(anyForm json: JSON) {
    switch json {
    case .number(let number): self.init(number.description)
    case .string(let text): self.init(decimal: text.text)
    default: return nil
    }
  }

  /// Reads digits; no other base, and nothing that is no number.
  fileprivate init?(decimal text: String) {
    guard text.utf8.allSatisfy({ "+-.0123456789Ee".utf8.contains($0) }) else { return nil }
    self.init(text)
  }
}

extension Bool {
  private static let words: [String: Bool] = [
    "true": true, "t": true, "yes": true, "y": true, "on": true, "1": true, "1.0": true,
    "false": false, "f": false, "no": false, "n": false, "off": false, "0": false, "0.0": false,
  ]

  /// Reads a truth, also as 0 or 1 or a word.
  init?(anyForm json: JSON) {
    switch json {
    case .bool(let value): self = value
    case .number(let number):
      guard let value = Self.words[number.description] else { return nil }
      self = value
    case .string(let text):
      guard let value = Self.words[text.text.lowercased()] else { return nil }
      self = value
    default: return nil
    }
  }
}
