// Decides what triggers see of an event: the names that it goes by, when it happened, and labels.

/// An event as triggers see it.
public struct TriggerEvent: Sendable, Equatable {
  /// Its id.
  public var id: String
  /// The names that it goes by: its own, then others that mean the same.
  public var names: [String]
  /// When it happened; never after it was stored.
  public var time: Instant
  /// The labels of what it happened to.
  public var resource: [String: String]
  /// The labels of what else it has to do with.
  public var related: [[String: String]]

  /// Makes an event.
  public init(
    id: String, names: [String], time: Instant, resource: [String: String],
    related: [[String: String]] = []
  ) {
    self.id = id
    self.names = names
    self.time = time
    self.resource = resource
    self.related = related
  }

  /// The value of a label: of the resource, or of the first related resource of a role, `related:ROLE:LABEL`.
  public func label(_ name: String) -> String? {
    let parts = name.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "related" else { return resource[name] }
    let others = related.filter { $0["role"] ?? "" == parts[1] }
    return others.lazy.compactMap { $0[String(parts[2])] }.first
  }

  /// The id of a thing of a kind that the event has to do with: `17` of `prefect.flow-run.17`, itself before others.
  public func subject(_ kind: String) -> String? {
    for labels in [resource] + related {
      guard let id = labels["id"] else { continue }
      for start in ["martlet.\(kind).", "prefect.\(kind)."] where id.hasPrefix(start) {
        return String(id.dropFirst(start.count))
      }
    }
    return nil
  }

  /// The event as it is kept beside a window or a firing.
  public var json: JSON {
    .object([
      ("id", .text(id)), ("names", .texts(names)),
      ("time", .integer(Int(time.microseconds))), ("resource", Self.json(resource)),
      ("related", .array(related.map(Self.json))),
    ])
  }

  /// Reads what ``json`` wrote; nil for anything else.
  public init?(json: JSON) {
    guard case .string(let id)? = json["id"], case .array(let names)? = json["names"],
      case .number(let time)? = json["time"], let microseconds = Int64(time.description),
      case .array(let related)? = json["related"], let resource = json["resource"]
    else { return nil }
    self.init(
      id: id.text,
      names: names.compactMap { if case .string(let name) = $0 { name.text } else { nil } },
      time: Instant(microseconds: microseconds), resource: Self.labels(resource),
      related: related.map(Self.labels))
  }

  private static func json(_ labels: [String: String]) -> JSON {
    .object(labels.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
  }

  private static func labels(_ json: JSON) -> [String: String] {
    guard case .object(let members) = json else { return [:] }
    var labels: [String: String] = [:]
    for (name, value) in members.pairs {
      if case .string(let text) = value { labels[name] = text.text }
    }
    return labels
  }
}
