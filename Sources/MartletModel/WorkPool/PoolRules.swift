// Decides what pools, queues and workers may be called, and how large what is said of them may be.

/// The bounds of pools, queues and workers.
public enum PoolRules {
  /// The longest name, in bytes.
  public static let longestName = 200
  /// The largest template, in bytes of JSON.
  public static let largestTemplate = 256 << 10
  /// How many runs may be with workers at a time, where that is limited.
  public static let concurrency: ClosedRange<Int32> = 0...1_000_000
  /// Priorities of queues: 1 is served first.
  public static let priorities: ClosedRange<Int32> = 1...1_000_000
  /// The queue that every pool has.
  public static let defaultQueue = "default"
  /// The pool that a first start makes.
  public static let firstPool = "default-agent-pool"
  /// The pool of programs that serve deployments in place.
  public static let servedPool = "served"
  /// How often an executor of a run may end before the run begins.
  public static let misfires: Int32 = 3

  /// Checks the name of a pool, a queue or a worker.
  /// - Throws: `InvalidValue` unless it is 1 to 200 bytes without `/ % & < >` and control characters.
  public static func check(name: String, _ field: String) throws(InvalidValue) {
    guard !name.isEmpty, name.utf8.count <= longestName else {
      throw InvalidValue(field, "must be 1 to \(longestName) bytes long")
    }
    for scalar in name.unicodeScalars
    where scalar.value < 0x20 || "/%&<>".unicodeScalars.contains(scalar) {
      throw InvalidValue(field, "must be without / % & < > and control characters")
    }
  }

  /// Checks the name of a new pool.
  /// - Throws: `InvalidValue` also for names that begin with "Prefect", which are reserved.
  public static func check(newPool name: String, _ field: String) throws(InvalidValue) {
    try check(name: name, field)
    if name.lowercased().hasPrefix("prefect") {
      throw InvalidValue(field, "begins with \"Prefect\", which is reserved: choose another")
    }
  }

  /// Checks a number of runs.
  /// - Throws: `InvalidValue` when it is out of bounds; nil is any number.
  public static func check(concurrency limit: Int32?, _ field: String) throws(InvalidValue) {
    if let limit, !concurrency.contains(limit) {
      throw InvalidValue(field, "must be from 0 to \(concurrency.upperBound)")
    }
  }

  /// Checks the priority of a queue.
  /// - Throws: `InvalidValue` when it is out of bounds.
  public static func check(priority: Int32, _ field: String) throws(InvalidValue) {
    guard priorities.contains(priority) else {
      throw InvalidValue(
        field, "must be from 1, which is served first, to \(priorities.upperBound)")
    }
  }
}
