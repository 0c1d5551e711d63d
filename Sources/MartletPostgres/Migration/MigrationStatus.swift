// Decides whether a schema, a list of migrations and a binary fit together. No I/O.

/// What the database says about its schema.
public struct MigrationStatus: Sendable, Equatable {
  /// One applied step.
  public struct Applied: Sendable, Equatable {
    /// Its number.
    public let number: Int
    /// Its name when it was applied.
    public let name: String
    /// ``Migration/checksum`` of its text when it was applied.
    public let checksum: String
    /// When it was applied.
    public let appliedAt: PostgresTimestamp
    /// The oldest binary that may use the schema since.
    public let oldestBinary: BinaryVersion
  }

  /// The applied steps by number.
  public var applied: [Applied]
  /// The steps this binary knows and the database lacks, by number.
  public var pending: [Migration]

  /// The number of the last applied step; 0 for an empty database.
  public var version: Int { applied.last?.number ?? 0 }

  /// The oldest binary that may use the schema; `nil` for an empty database.
  public var oldestBinary: BinaryVersion? { applied.map(\.oldestBinary).max() }

  /// Compares what is applied with what is known.
  /// - Throws: ``MigrationError/edited(number:name:)`` or ``MigrationError/misnumbered(_:)``.
  init(applied: [Applied], known: [Migration]) throws(MigrationError) {
    for (index, migration) in known.enumerated()
    where migration.number <= (index > 0 ? known[index - 1].number : 0) {
      throw .misnumbered(migration.number)
    }
    let byNumber = Dictionary(uniqueKeysWithValues: known.map { ($0.number, $0) })
    for step in applied {
      if let migration = byNumber[step.number], migration.checksum != step.checksum {
        throw .edited(number: step.number, name: migration.name)
      }
    }
    self.applied = applied
    let there = Set(applied.map(\.number))
    pending = known.filter { !there.contains($0.number) }
  }

  /// Tells whether a binary may work on this schema as it is.
  /// - Throws: ``MigrationError/binaryTooOld(binary:oldest:)`` or ``MigrationError/pending(_:)``.
  public func check(binary: BinaryVersion) throws(MigrationError) {
    if let oldest = oldestBinary, binary < oldest {
      throw .binaryTooOld(binary: binary, oldest: oldest)
    }
    if !pending.isEmpty { throw .pending(pending.map(\.number)) }
  }
}

/// Why a schema cannot be used or migrated.
public enum MigrationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The schema was migrated by a newer release which this binary cannot share it with.
  case binaryTooOld(binary: BinaryVersion, oldest: BinaryVersion)
  /// Steps are missing.
  case pending([Int])
  /// An applied step's text differs from the one in this binary.
  case edited(number: Int, name: String)
  /// The list of known steps has a repetition at this number, or one below 1.
  case misnumbered(Int)

  /// One line with the remedy.
  public var description: String {
    switch self {
    case .binaryTooOld(let binary, let oldest):
      return "this is martlet \(binary), but the database's schema needs at least \(oldest): "
        + "install a newer release; nothing was changed"
    case .pending(let numbers):
      let list = numbers.map(String.init).joined(separator: ", ")
      return "the database lacks migrations \(list): run martlet server migrate up"
    case .edited(let number, let name):
      return "migration \(number) (\(name)) was applied with another text than this binary's: "
        + "the binary and the database do not belong together"
    case .misnumbered(let number):
      return "the migrations of this binary are misnumbered at \(number)"
    }
  }
}
