// Decides whether something is in a list by one of Prefect's filters: criteria by the names of members, each with its
// comparisons, joined by AND unless the filter says OR. What is not compared here is refused, never passed over.

internal import MartletModel

/// A filter of Prefect's on things that are few: deployments, pools, queues, workers.
struct ListFilter {
  private let filter: JSON
  /// What the filter is called in the body.
  private let name: String

  /// Takes the filter of a body.
  init(_ body: JSON, _ name: String) {
    filter = body[name] ?? .null
    self.name = name
  }

  /// Whether there is none, so that all pass.
  var isEmpty: Bool { filter == .null }

  /// Whether something passes that has these members; null is no value.
  ///
  /// - Throws: 501 for a criterion or a comparison that there is not.
  func matches(_ values: [String: JSON]) throws(PrefectFailure) -> Bool {
    try Self.holds(filter, values, name) { value, comparison throws(PrefectFailure) in
      guard let known = values[comparison] else {
        throw PrefectFailure(501, "Martlet does not filter by \(name).\(comparison) yet.")
      }
      let path = "\(name).\(comparison)"
      return try Self.holds(value, [:], path) { wanted, comparison throws(PrefectFailure) in
        guard let holds = Self.compare(known, comparison, wanted) else {
          throw PrefectFailure(501, "Martlet does not filter by \(path).\(comparison) yet.")
        }
        return holds
      }
    }
  }

  /// Whether all members of an object hold, or one where its operator says so; those that are null do not count.
  private static func holds(
    _ object: JSON, _ values: [String: JSON], _ path: String,
    _ one: (JSON, String) throws(PrefectFailure) -> Bool
  ) throws(PrefectFailure) -> Bool {
    guard case .object(let members) = object else { return true }
    let isAny = members["operator"] == .text("or_")
    var count = 0
    for (name, value) in members.pairs where name != "operator" && value != .null {
      count += 1
      if try one(value, name) == isAny { return isAny }
    }
    return count == 0 || !isAny
  }

  /// Compares a value; nil for a comparison that there is not.
  private static func compare(_ value: JSON, _ comparison: String, _ wanted: JSON) -> Bool? {
    let own = elements(value)
    let others = elements(wanted)
    switch comparison {
    case "any_": return own.contains { others.contains($0) }
    case "not_any_": return !own.contains { others.contains($0) }
    case "all_": return others.allSatisfy { own.contains($0) }
    case "eq_": return value == wanted
    case "is_null_": return (own.isEmpty) == (Bool(anyForm: wanted) == true)
    case "like_":
      guard let part = wanted.text?.lowercased() else { return nil }
      return own.contains { $0.text?.lowercased().contains(part) ?? false }
    case "startswith_":
      let starts = others.compactMap(\.text)
      return own.contains { text in starts.contains { text.text?.hasPrefix($0) ?? false } }
    case "ge_", "after_": return order(value, wanted).map { $0 >= 0 } ?? false
    case "le_", "before_": return order(value, wanted).map { $0 <= 0 } ?? false
    default: return nil
    }
  }

  /// The elements of a list; of anything else itself, of null none.
  private static func elements(_ value: JSON) -> [JSON] {
    switch value {
    case .array(let elements): elements
    case .null: []
    default: [value]
    }
  }

  private static func order(_ value: JSON, _ other: JSON) -> Int? {
    if let value = try? Double(value, at: []), let other = try? Double(other, at: []) {
      return value < other ? -1 : value > other ? 1 : 0
    }
    guard let value = try? Instant(value, at: []), let other = try? Instant(other, at: []) else {
      return nil
    }
    return value < other ? -1 : value > other ? 1 : 0
  }
}
