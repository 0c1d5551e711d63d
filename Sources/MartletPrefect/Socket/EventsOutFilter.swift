// Decides which events a subscriber of Prefect's is told: by name, resource, what else they have to do with, and time.

internal import MartletModel

/// A subscriber's filter.
struct EventsOutFilter: Sendable {
  private let filter: JSON

  /// Takes the filter of a subscription.
  init(_ filter: JSON) { self.filter = filter }

  /// Nothing before this is told.
  var since: Instant? { filter["occurred"]?["since"].flatMap { try? Instant($0, at: []) } }

  /// What of it Martlet's own filter can say, so that less is looked at; empty for nothing.
  var text: String {
    let prefix = "prefect.flow-run."
    if let ids = texts(filter["resource"]?["id"]), ids.count == 1, ids[0].hasPrefix(prefix),
      let id = UUIDValue(text: ids[0].dropFirst(prefix.count))
    {
      return "run_id = \"\(id.text)\""
    }
    if let names = texts(filter["event"]?["name"]), names.count == 1, names[0].hasPrefix(prefix) {
      let name = names[0].dropFirst(WatchedEvent.prefixes.prefect.count)
      guard
        name.unicodeScalars.allSatisfy({
          $0.properties.isAlphabetic || "-.".unicodeScalars.contains($0)
        })
      else { return "" }
      return "name = \"\(WatchedEvent.prefixes.martlet)\(name)\""
    }
    return ""
  }

  /// Whether an event of this name may pass; asked before what the event has to do with is looked for.
  func mayPass(name: String) -> Bool {
    guard let criteria = filter["event"], criteria != .null else { return true }
    if let names = texts(criteria["name"]), !names.contains(name) { return false }
    if let starts = texts(criteria["prefix"]), !starts.contains(where: { name.hasPrefix($0) }) {
      return false
    }
    if texts(criteria["exclude_name"])?.contains(name) ?? false { return false }
    return !(texts(criteria["exclude_prefix"])?.contains { name.hasPrefix($0) } ?? false)
  }

  /// Whether an event passes.
  func passes(_ event: WatchedEvent) -> Bool {
    guard mayPass(name: event.name), since.map({ event.time >= $0 }) ?? true else { return false }
    if let ids = texts(filter["id"]?["id"]), !ids.contains(event.id.text) { return false }
    guard holds(filter["resource"], of: [event.resource]) else { return false }
    for criteria in each(filter["related"]) where !holds(criteria, of: event.related) {
      return false
    }
    for criteria in each(filter["any_resource"])
    where !holds(criteria, of: [event.resource] + event.related) {
      return false
    }
    return true
  }

  /// Whether one of some resources meets all criteria.
  private func holds(_ criteria: JSON?, of resources: [[String: String]]) -> Bool {
    guard let criteria, criteria != .null else { return true }
    let asked = ["id", "id_prefix", "role", "labels", "resources_in_roles"]
    guard asked.contains(where: { criteria[$0] ?? .null != .null }) else { return true }
    return resources.contains { labels in
      let id = labels[WatchedEvent.idLabel] ?? ""
      let role = labels["prefect.resource.role"] ?? ""
      if let ids = texts(criteria["id"]), !ids.contains(id) { return false }
      if let starts = texts(criteria["id_prefix"]), !starts.contains(where: { id.hasPrefix($0) }) {
        return false
      }
      if let roles = texts(criteria["role"]), !roles.contains(role) { return false }
      if case .array(let pairs)? = criteria["resources_in_roles"] {
        guard pairs.contains(.texts([id, role])) else { return false }
      }
      return matches(criteria["labels"], labels)
    }
  }

  /// Whether labels are as said: a value, or one of several; `*` at the end stands for any end, `!` before it for any other.
  private func matches(_ wanted: JSON?, _ labels: [String: String]) -> Bool {
    guard case .object(let members)? = wanted else { return true }
    return members.pairs.allSatisfy { name, value in
      let choices = texts(value) ?? value.text.map { [$0] } ?? []
      guard let own = labels[name] else { return false }
      return choices.contains { choice in
        let isNegated = choice.hasPrefix("!")
        let text = isNegated ? choice.dropFirst() : choice[...]
        let isEqual = text.hasSuffix("*") ? own.hasPrefix(text.dropLast()) : own == text
        return isEqual != isNegated
      }
    }
  }

  /// The texts of a list that is not empty; nil for anything else.
  private func texts(_ value: JSON?) -> [String]? {
    guard case .array(let elements)? = value, !elements.isEmpty else { return nil }
    return elements.compactMap(\.text)
  }

  /// The criteria of one filter, or of each of several.
  private func each(_ value: JSON?) -> [JSON] {
    switch value {
    case .array(let several)?: several
    case nil, .null?: []
    case let one?: [one]
    }
  }
}
