// Decides what triggers there are, and how they are written: one over events, or several put together.

/// When an automation does something.
public indirect enum Trigger: Sendable, Hashable {
  /// Events are counted.
  case event(EventTrigger)
  /// Several triggers fire within a time, so many of them.
  case compound(Composition, require: Requirement)
  /// Several triggers fire within a time, one after the other.
  case sequence(Composition)

  /// How many of several triggers must fire.
  public enum Requirement: Sendable, Hashable {
    /// One of them.
    case any
    /// All of them.
    case all
    /// So many.
    case count(Int)
  }

  /// Several triggers.
  public struct Composition: Sendable, Hashable {
    /// The id, for those who gave one.
    public var id: UUIDValue?
    /// The triggers.
    public var triggers: [Trigger]
    /// The time within which they must fire; nil for any.
    public var within: Interval?

    /// Puts triggers together.
    public init(id: UUIDValue? = nil, triggers: [Trigger], within: Interval?) {
      self.id = id
      self.triggers = triggers
      self.within = within
    }
  }

  /// Most triggers that are put together at one place.
  public static let widest = 20
  /// How deep triggers may be put together.
  public static let deepest = 4
}

extension Trigger {
  /// Reads a trigger.
  public init(_ json: JSON, _ field: String, depth: Int = 0) throws(InvalidValue) {
    guard case .object = json else { throw InvalidValue(field, "must be an object") }
    guard depth < Self.deepest else { throw InvalidValue(field, "is put together too deep") }
    switch try TriggerReader.text(json["type"], "\(field).type") ?? "event" {
    case "event": self = .event(try EventTrigger(json, field))
    case "compound":
      let requirement: Requirement
      switch json["require"] {
      case .string("any")?: requirement = .any
      case .string("all")?: requirement = .all
      case let value?:
        requirement = .count(try TriggerReader.integer(value, "\(field).require", 1...Self.widest))
      case nil: throw InvalidValue("\(field).require", "is required: any, all or a number")
      }
      let parts = try Self.composition(json, field, depth)
      guard requirement.number(of: parts.triggers.count) <= parts.triggers.count else {
        throw InvalidValue("\(field).require", "is more than there are triggers")
      }
      self = .compound(parts, require: requirement)
    case "sequence": self = .sequence(try Self.composition(json, field, depth))
    case let type:
      throw InvalidValue("\(field).type", "is \"\(type)\": event, compound and sequence are known")
    }
  }

  private static func composition(
    _ json: JSON, _ field: String, _ depth: Int
  ) throws(InvalidValue) -> Composition {
    guard case .array(let parts)? = json["triggers"], (1...widest).contains(parts.count) else {
      throw InvalidValue("\(field).triggers", "must be a list of 1 to \(widest) triggers")
    }
    var triggers: [Trigger] = []
    for (index, part) in parts.enumerated() {
      triggers.append(try Trigger(part, "\(field).triggers[\(index)]", depth: depth + 1))
    }
    return Composition(
      id: try TriggerReader.id(json["id"], "\(field).id"), triggers: triggers,
      within: try TriggerReader.interval(json["within"], "\(field).within"))
  }

  /// The trigger with everything that it says, also what was not said when it was read.
  public var json: JSON {
    switch self {
    case .event(let trigger): trigger.json
    case .compound(let parts, let requirement):
      parts.json("compound", require: requirement.json)
    case .sequence(let parts): parts.json("sequence", require: nil)
    }
  }
}

extension Trigger.Requirement {
  fileprivate var json: JSON {
    switch self {
    case .any: .text("any")
    case .all: .text("all")
    case .count(let count): .integer(count)
    }
  }
}

extension Trigger.Composition {
  fileprivate func json(_ type: String, require: JSON?) -> JSON {
    .object([
      ("type", .text(type)), ("id", id.map { .text($0.text) }),
      ("triggers", .array(triggers.map(\.json))), ("require", require),
      ("within", within.map(TriggerReader.json) ?? .null),
    ])
  }
}
