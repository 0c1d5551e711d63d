// Decides what blocks and their types may be called.

/// The bounds of blocks, their types and their schemas.
public enum BlockRules {
  /// The longest name, slug, checksum, version or capability, in bytes.
  public static let longestName = 200
  /// The longest description, address or example of a type, in bytes.
  public static let longestText = 64 << 10
  /// The longest fields of a schema, in bytes.
  public static let largestFields = 1 << 20
  /// The largest data of a block, in bytes of compact JSON.
  public static let largestData = 1 << 20
  /// How many other blocks one may refer to.
  public static let references = 100

  /// Checks the slug of a type.
  /// - Throws: `InvalidValue` unless it is 1 to 200 of `a-z`, `0-9`, `-` and `_`.
  public static func check(slug: String, _ field: String) throws(InvalidValue) {
    let isLegal = slug.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    guard isLegal, !slug.isEmpty, slug.utf8.count <= longestName else {
      throw InvalidValue(
        field, "must be 1 to \(longestName) lower-case letters, digits, dashes and underscores")
    }
  }

  /// Checks the name of a block or a type.
  /// - Throws: `InvalidValue` when it is empty, too long or not to be stored, and for `/ % & < >`, which addresses of pages
  ///   cannot hold.
  public static func check(name: String, _ field: String) throws(InvalidValue) {
    if name.isEmpty { throw InvalidValue(field, "is required") }
    try InvalidValue.check(name, field, limit: longestName)
    if name.utf8.contains(where: { "/%&<>".utf8.contains($0) }) {
      throw InvalidValue(field, "must hold none of / % & < >")
    }
  }
}
