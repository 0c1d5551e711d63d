// Decides which formats are checked, and how. All others are notes for people, as the specification has it.

/// A format that is checked.
enum SchemaFormat: String, Sendable {
  case dateTime = "date-time"
  case date
  case uuid
  case email
  case uri

  /// What to give, for sentences.
  var remedy: String {
    switch self {
    case .dateTime: "give a time with its offset, such as 2026-11-21T09:30:00Z"
    case .date: "give a date such as 2026-11-21"
    case .uuid: "give a UUID such as 01a3185c-507b-7fff-bfff-ffffffffffff"
    case .email: "give a mail address such as ada@example.org"
    case .uri: "give a URI with its scheme, such as https://example.org/x"
    }
  }

  /// Whether a text is of the format.
  func admits(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return switch self {
    case .dateTime: Self.isDateTime(bytes)
    case .date: bytes.count == 10 && Self.isDate(bytes[...])
    case .uuid: Self.isUUID(bytes)
    case .email: Self.isEmail(bytes)
    case .uri: URIReference(text).map { $0.scheme != nil && $0.isWellFormed } ?? false
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    bytes.reduce(Optional(0)) { value, byte in
      value.flatMap { (0x30...0x39).contains(byte) ? $0 * 10 + Int(byte - 0x30) : nil }
    }
  }

  /// RFC 3339, full-date. The slice has 10 bytes.
  private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    let at = bytes.startIndex
    guard bytes[at + 4] == UInt8(ascii: "-"), bytes[at + 7] == UInt8(ascii: "-"),
      let year = number(bytes[at..<at + 4]), let month = number(bytes[at + 5..<at + 7]),
      let day = number(bytes[at + 8..<at + 10]), (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return (1...days).contains(day)
  }

  /// RFC 3339, date-time. A leap second only where the day ends in UTC.
  private static func isDateTime(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 20, isDate(bytes[..<10]), bytes[10] | 0x20 == UInt8(ascii: "t"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
      let second = number(bytes[17..<19]), hour < 24, minute < 60, second <= 60
    else { return false }
    var at = 19
    if bytes[at] == UInt8(ascii: ".") {
      let fraction = bytes[(at + 1)...].prefix { (0x30...0x39).contains($0) }
      if fraction.isEmpty { return false }
      at = fraction.endIndex
    }
    let offset = bytes[at...]
    var minutes = hour * 60 + minute
    if offset.count != 1 || bytes[at] | 0x20 != UInt8(ascii: "z") {
      guard offset.count == 6, "+-".utf8.contains(bytes[at]), bytes[at + 3] == UInt8(ascii: ":"),
        let hours = number(bytes[at + 1..<at + 3]), let rest = number(bytes[at + 4..<at + 6]),
        hours < 24, rest < 60
      else { return false }
      minutes += (bytes[at] == UInt8(ascii: "+") ? -1 : 1) * (hours * 60 + rest)
    }
    return second < 60 || (minutes + 1440) % 1440 == 1439
  }

  private static func isUUID(_ bytes: [UInt8]) -> Bool {
    bytes.count == 36
      && bytes.enumerated().allSatisfy { place, byte in
        [8, 13, 18, 23].contains(place)
          ? byte == UInt8(ascii: "-") : URIReference.isHexadecimal(byte)
      }
  }

  /// RFC 5321: a dotted or quoted local part, and a domain or an address in brackets.
  private static func isEmail(_ bytes: [UInt8]) -> Bool {
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < bytes.count else {
      return false
    }
    let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
    return isLocalPart(local) && isDomain(domain)
  }

  private static func isLocalPart(_ local: ArraySlice<UInt8>) -> Bool {
    if local.first == UInt8(ascii: "\""), local.last == UInt8(ascii: "\""), local.count > 1 {
      var isEscaped = false
      for byte in local.dropFirst().dropLast() {
        guard (0x20...0x7E).contains(byte), isEscaped || byte != UInt8(ascii: "\"") else {
          return false
        }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      }
      return !isEscaped
    }
    return local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { word in
        !word.isEmpty
          && word.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
      }
  }

  private static func isDomain(_ domain: ArraySlice<UInt8>) -> Bool {
    if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") {
      let inside = domain.dropFirst().dropLast()
      return inside.starts(with: "IPv6:".utf8)
        ? URIReference.isIPv6(inside.dropFirst(5)) : URIReference.isIPv4(inside)
    }
    return domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { label in
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
          && label.last != UInt8(ascii: "-")
          && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}
