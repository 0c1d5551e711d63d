// Decides what a variable may be called and how large it may be.

/// The bounds of a variable.
public enum VariableRules {
  /// The longest name, in bytes.
  public static let longestName = 255
  /// The largest value, in bytes of compact JSON.
  public static let largestValue = 64 << 10

  /// Checks a name.
  /// - Throws: `InvalidValue` unless it is 1 to 255 of `a-z`, `0-9`, `-` and `_`.
  public static func check(name: String, _ field: String) throws(InvalidValue) {
    guard !name.isEmpty, name.utf8.count <= longestName, name.utf8.allSatisfy(isLegal) else {
      throw InvalidValue(
        field, "must be 1 to \(longestName) lower-case letters, digits, dashes and underscores")
    }
  }

  /// Checks tags.
  /// - Throws: `InvalidValue` for too many, and for one that is empty, too long or not to be stored.
  public static func check(tags: [String], _ field: String) throws(InvalidValue) {
    guard tags.count <= RunLimits.tags else {
      throw InvalidValue(field, "has \(tags.count) tags: at most \(RunLimits.tags) are kept")
    }
    for (index, tag) in tags.enumerated() {
      if tag.isEmpty { throw InvalidValue("\(field)[\(index)]", "is empty") }
      try InvalidValue.check(tag, "\(field)[\(index)]", limit: RunLimits.labelValue)
    }
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
