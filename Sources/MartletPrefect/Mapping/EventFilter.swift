// Decides which events meet a filter of Prefect's, and what of it narrows the search in the store.

internal import MartletModel
internal import MartletProto

extension Shape.EventFilter {
  /// Whether an event meets it.
  ///
  /// - Throws: 501 for a criterion that Martlet does not know.
  func matches(_ candidate: Shape.ReceivedEvent) throws(PrefectFailure) -> Bool {
    if let since = occurred?.since, candidate.occurred < since { return false }
    if let until = occurred?.until, candidate.occurred > until { return false }
    if let ids = id?.id, !ids.isEmpty, !ids.contains(candidate.id) { return false }
    if let event, !Self.names(event, hold: candidate.event) { return false }
    if let resource, try !Self.matches(resource, candidate.resource) { return false }
    if let query = text?.query, !query.isEmpty,
      !candidate.json.description.lowercased().contains(query.lowercased())
    {
      return false
    }
    for filter in Self.each(related) {
      guard try Self.any(candidate.related ?? [], meets: filter) else { return false }
    }
    for filter in Self.each(anyResource) {
      let all = [candidate.resource] + (candidate.related ?? [])
      guard try Self.any(all, meets: filter) else { return false }
    }
    return true
  }

  private static func names(_ filter: Shape.EventNameFilter, hold name: String) -> Bool {
    let names = filter.name ?? []
    let prefixes = filter.prefix ?? []
    if !names.isEmpty || !prefixes.isEmpty {
      guard names.contains(where: { matches($0, name) }) || prefixes.contains(where: name.hasPrefix)
      else { return false }
    }
    if (filter.excludeName ?? []).contains(where: { matches($0, name) }) { return false }
    return !(filter.excludePrefix ?? []).contains(where: name.hasPrefix)
  }

  /// One filter, or several that must all be met.
  private static func each(_ filter: JSON?) -> [JSON] {
    switch filter {
    case nil, .null?: []
    case .array(let filters)?: filters
    case let filter?: [filter]
    }
  }

  private static func any(_ resources: [JSON], meets filter: JSON) throws(PrefectFailure) -> Bool {
    guard case .object(let members) = filter else { return true }
    if members.pairs.allSatisfy({ $0.value == .null || $0.value == .array([]) }) { return true }
    for resource in resources where try matches(filter, resource) { return true }
    return false
  }

  private static func matches(
    _ filter: Shape.EventResourceFilter, _ resource: JSON
  ) throws(PrefectFailure) -> Bool {
    try matches(filter.json, resource)
  }

  private static func matches(_ filter: JSON, _ resource: JSON) throws(PrefectFailure) -> Bool {
    guard case .object(let members) = filter else { return true }
    for (name, value) in members.pairs where value != .null {
      switch name {
      case "id":
        let ids = texts(value)
        let id = resource["prefect.resource.id"]?.text ?? ""
        if !ids.isEmpty, !ids.contains(id) { return false }
      case "id_prefix":
        let prefixes = texts(value)
        let id = resource["prefect.resource.id"]?.text ?? ""
        if !prefixes.isEmpty, !prefixes.contains(where: id.hasPrefix) { return false }
      case "role":
        let roles = texts(value)
        if !roles.isEmpty, !roles.contains(resource["prefect.resource.role"]?.text ?? "") {
          return false
        }
      case "labels":
        guard case .object(let labels) = value else { continue }
        for (label, wanted) in labels.pairs {
          guard let found = resource[label]?.text,
            texts(wanted).contains(where: { matches($0, found) })
          else { return false }
        }
      // Each resource once, the latest: left to the list.
      case "distinct": continue
      default: throw PrefectFailure(501, "Martlet does not filter events by \(name) yet.")
      }
    }
    return true
  }

  /// A text, with a star at its end for any ending and an exclamation mark before for anything else.
  private static func matches(_ pattern: String, _ text: String) -> Bool {
    if pattern.hasPrefix("!") { return !matches(String(pattern.dropFirst()), text) }
    return pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : pattern == text
  }

  private static func texts(_ json: JSON) -> [String] {
    switch json {
    case .array(let list): list.compactMap(\.text)
    case .string(let text): [text.text]
    default: []
    }
  }

  /// What the names of events and ids of resources begin with that are Martlet's own under another name.
  private static let own = ["prefect.flow-run.", "prefect.task-run.", "prefect.automation."]

  /// The filters of Martlet's that together find every event that meets this one, and more.
  var searches: [String] {
    var terms: [String] = []
    if let since = occurred?.since { terms.append("time >= \"\(since.rfc3339)\"") }
    if let until = occurred?.until { terms.append("time <= \"\(until.rfc3339)\"") }
    let base = terms.joined(separator: " AND ")
    func search(_ more: String...) -> String {
      (terms + more).joined(separator: " AND ")
    }
    if let ids = resource?.id, ids.count == 1, let id = ids.first, Self.isPlain(id) {
      // A run's transitions are events of Martlet's; others are published under the id itself.
      guard Self.own.contains(where: id.hasPrefix) else {
        return [search("resource.id = \"\(id)\"")]
      }
      return [
        search("resource.id = \"\(id)\""),
        search("resource.id = \"martlet\(id.dropFirst("prefect".count))\""),
      ]
    }
    if let names = event?.name, names.count == 1, event?.prefix ?? [] == [], let name = names.first,
      Self.isPlain(name)
    {
      guard Self.own.contains(where: name.hasPrefix) else {
        return [search("name = \"\(name)\"")]
      }
      return [
        search("name = \"\(name)\""),
        search("name = \"martlet\(name.dropFirst("prefect".count))\""),
      ]
    }
    return [base]
  }

  /// Whether a text stands for itself in a filter.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      byte > 32 && byte < 127 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "*")
        && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "!")
    }
  }
}
