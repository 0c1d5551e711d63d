// Decides what a migration is: a numbered script that names the oldest binary which can live with it.

/// One step of the schema. Once released, its text never changes.
public struct Migration: Sendable, Hashable {
  /// Its place, from 1; numbers may be left out.
  public let number: Int
  /// A short name for people.
  public let name: String
  /// The statements. They run in one transaction.
  public let sql: String
  /// The oldest binary that may use the schema once this step is applied.
  public let oldestBinary: BinaryVersion

  /// Describes one step.
  public init(number: Int, name: String, sql: String, oldestBinary: BinaryVersion) {
    self.number = number
    self.name = name
    self.sql = sql
    self.oldestBinary = oldestBinary
  }

  /// FNV-1a of the SQL text, 64 bits in hex: finds an edited script, proves nothing about attackers.
  public var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// A release's number, as in semantic versioning; pre-release and build suffixes are dropped.
public struct BinaryVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The three numbers.
  public let major, minor, patch: Int

  /// Puts the three numbers together.
  public init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads `1.2.3`, `v1.2`, `1.2.3-dev`; `nil` for anything else.
  public init?(_ text: String) {
    let core = text.drop { $0 == "v" }.prefix { $0 != "-" && $0 != "+" }
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard (1...3).contains(parts.count), numbers.count == parts.count,
      numbers.allSatisfy({ $0 >= 0 })
    else { return nil }
    self.init(
      numbers[0], numbers.count > 1 ? numbers[1] : 0, numbers.count > 2 ? numbers[2] : 0)
  }

  /// Major first.
  public static func < (left: BinaryVersion, right: BinaryVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// `1.2.3`.
  public var description: String { "\(major).\(minor).\(patch)" }
}
