// Decides which keys and addresses an artifact may have: a page that shows it may link to them.

/// The rules of artifacts.
public enum ArtifactRules {
  /// The longest key, in bytes.
  public static let longestKey = 200

  /// Checks a key; empty is none.
  /// - Throws: `InvalidValue` unless it is at most 200 of `a-z`, `0-9` and `-`.
  public static func check(key: String, _ field: String) throws(InvalidValue) {
    let isLegal = key.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || $0 == UInt8(ascii: "-")
    }
    guard isLegal, key.utf8.count <= longestKey else {
      throw InvalidValue(
        field, "must be at most \(longestKey) lower-case letters, digits and dashes")
    }
  }

  /// Checks an address to link to.
  /// - Throws: `InvalidValue` unless it has a scheme (RFC 3986 section 3.1) and no blanks, and for schemes that a browser
  ///   runs as a program.
  public static func check(address: String, _ field: String) throws(InvalidValue) {
    guard !address.isEmpty else { throw InvalidValue(field, "is required") }
    guard address.utf8.count <= RunLimits.address else {
      throw InvalidValue(
        field, "is \(address.utf8.count) bytes long: at most \(RunLimits.address) are kept")
    }
    let scheme = address.utf8.prefix { $0 != UInt8(ascii: ":") }
    let isAddress =
      scheme.count < address.utf8.count - 1 && scheme.first.map(isLetter) == true
      && scheme.allSatisfy { isLetter($0) || "0123456789+-.".utf8.contains($0) }
      && address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    guard isAddress else {
      throw InvalidValue(field, "is no address such as https://example.com/page")
    }
    guard !["javascript", "vbscript", "data"].contains(String(scheme)?.lowercased()) else {
      throw InvalidValue(field, "has a scheme that a browser would run")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }
}
