// Decides what must be done so that a server has what files declare: a difference of two pictures, each a tree for each
// thing. What is removed was made by the same owner before.

/// A kind of things that are declared, in the order in which they are made.
public enum ManifestKind: Int, Sendable, Hashable, CaseIterable, Comparable {
  case variable
  case limit
  case pool
  case deployment

  /// What it is called.
  public var word: String {
    switch self {
    case .variable: "variable"
    case .limit: "limit"
    case .pool: "pool"
    case .deployment: "deployment"
    }
  }

  /// What is needed by others first.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A thing, by its kind and name.
public struct ManifestKey: Sendable, Hashable {
  /// What it is.
  public let kind: ManifestKind
  /// What it is called; a deployment as `flow/name`.
  public let name: String

  /// Names a thing.
  public init(_ kind: ManifestKind, _ name: String) {
    self.kind = kind
    self.name = name
  }
}

/// A field that is to become another.
public struct ManifestChange: Sendable, Hashable, CustomStringConvertible {
  /// The way to it: `schedules[nightly].cron`.
  public let path: String
  /// What it is; nil for nothing.
  public let old: JSON?
  /// What it is to be; nil for nothing.
  public let new: JSON?

  /// `schedules[nightly].cron  "0 6 * * *" → "0 5 * * *"`.
  public var description: String {
    "\(path)  \(old?.excerpt(200) ?? "none") → \(new?.excerpt(200) ?? "none")"
  }
}

/// What must be done.
public struct ManifestPlan: Sendable, Equatable {
  /// One thing to do.
  public struct Operation: Sendable, Hashable {
    /// What is done.
    public enum Action: Sendable, Hashable {
      case create
      case update([ManifestChange])
      /// Only when pruning was asked for.
      case delete
    }
    /// With what.
    public let key: ManifestKey
    /// What is done with it.
    public let action: Action
  }

  /// What is done, in this order: what others need first, removals last and the other way round.
  public let operations: [Operation]

  /// Compares.
  ///
  /// - Parameters:
  ///   - current: what the server has.
  ///   - wanted: what it is to have.
  ///   - owned: what the owner of the files made before.
  public init(
    current: [ManifestKey: JSON], wanted: [(key: ManifestKey, tree: JSON)], owned: Set<ManifestKey>
  ) {
    var operations: [Operation] = []
    // Sorting is stable only by the order of the files.
    let ordered = wanted.enumerated().sorted {
      ($0.element.key.kind, $0.offset) < ($1.element.key.kind, $1.offset)
    }
    for (_, (key, tree)) in ordered {
      guard let there = current[key] else {
        operations.append(Operation(key: key, action: .create))
        continue
      }
      let changes = ManifestChange.all(from: there, to: tree)
      if !changes.isEmpty { operations.append(Operation(key: key, action: .update(changes))) }
    }
    let kept = Set(wanted.map(\.key))
    let gone = owned.filter { !kept.contains($0) && current[$0] != nil }
    operations += gone.sorted { ($1.kind, $1.name) < ($0.kind, $0.name) }
      .map { Operation(key: $0, action: .delete) }
    self.operations = operations
  }
}

extension ManifestChange {
  /// The lists whose elements have names, and are compared one by one.
  private static let keyed = ["schedules", "queues"]

  /// Every field in which two trees differ.
  static func all(from old: JSON, to new: JSON, at path: String = "") -> [ManifestChange] {
    guard case .object(let before) = old, case .object(let after) = new else {
      return old == new ? [] : [ManifestChange(path: path, old: old, new: new)]
    }
    let names = before.names + after.names.filter { before[$0] == nil }
    return names.flatMap { name -> [ManifestChange] in
      let place = path.isEmpty ? name.text : "\(path).\(name)"
      switch (before[name], after[name]) {
      case (.array(let left)?, .array(let right)?) where keyed.contains(name.text):
        return elements(left, right, at: place)
      case (let left?, let right?): return all(from: left, to: right, at: place)
      case (let left, let right):
        return [ManifestChange(path: place, old: left, new: right)]
      }
    }
  }

  private static func elements(
    _ old: [JSON], _ new: [JSON], at path: String
  ) -> [ManifestChange] {
    func keys(_ elements: [JSON]) -> [(String, JSON)] {
      elements.map { element in
        for name in ["name", "cron", "rrule", "interval"] {
          if case .string(let text)? = element[name] { return (text.text, element) }
        }
        return ("", element)
      }
    }
    let (before, after) = (keys(old), keys(new))
    let removed = before.filter { key, _ in !after.contains { $0.0 == key } }
    return after.flatMap { key, element -> [ManifestChange] in
      let place = "\(path)[\(key)]"
      guard let there = before.first(where: { $0.0 == key })?.1 else {
        return [ManifestChange(path: place, old: nil, new: element)]
      }
      return all(from: there, to: element, at: place)
    } + removed.map { ManifestChange(path: "\(path)[\($0.0)]", old: $0.1, new: nil) }
  }
}
