// Decides how the ids in a filter on things that runs know by name are set apart from its other criteria.

internal import MartletModel

/// The ids that a filter of a body takes, and what else it asks for.
struct IDCriterion {
  /// One of them; nil when it does not say. A text that is no id is nil among them, and nothing's.
  let ids: [UUIDValue?]?
  /// The filter without them.
  let others: JSON

  /// Reads the filter of a name.
  ///
  /// - Throws: 501 for another comparison of ids.
  init(_ body: JSON, _ name: String) throws(PrefectFailure) {
    let filter = body[name] ?? .null
    guard case .object(var members) = filter, let id = members["id"], id != .null else {
      ids = nil
      others = filter
      return
    }
    guard case .object(let comparisons) = id,
      !comparisons.pairs.contains(where: { $0.name != "any_" && $0.value != .null })
    else { throw PrefectFailure(501, "Martlet filters by \(name).id.any_ only.") }
    if case .array(let values)? = comparisons["any_"] {
      ids = values.map { $0.text.flatMap { UUIDValue(anyForm: $0) } }
    } else {
      ids = nil
    }
    members.set("id", to: .null)
    others = .object(members)
  }
}
