// Decides which values the templates of actions see: the firing, its event, and what the event says of what it has to do with.

/// What templates see of a firing.
public enum FiringValues {
  /// The kinds that an event may have to do with, by their variables.
  private static let kinds = [
    ("flow", "flow"), ("flow_run", "flow-run"), ("task_run", "task-run"),
    ("deployment", "deployment"), ("work_pool", "work-pool"), ("work_queue", "work-queue"),
  ]

  /// The names of all variables.
  public static let names = Set(
    ["automation", "firing", "firings", "labels", "event", "events", variables] + kinds.map { $0.0 }
  )

  /// What all variables of the namespace are called together, by their names.
  public static let variables = "variables"

  /// The variables `automation`, `firing`, `labels`, `event`, `firings` and `events` with those of the parts of a trigger that is
  /// put together, `variables` where they are among the facts, and `flow`, `flow_run`, `task_run`, `deployment`, `work_pool`,
  /// `work_queue` where the event has to do with one.
  ///
  /// - Parameters:
  ///   - automation: Its id and name.
  ///   - firing: What is kept of the firing.
  ///   - id: Names the firing.
  ///   - facts: More of what the event has to do with, by variable; what the event says goes before.
  ///   - pages: Where people see things, such as `https://host/prefect`; nil for nowhere.
  public static func values(
    automation: (id: String, name: String, description: String), firing: JSON, id: String,
    event: TriggerEvent?, facts: [String: JSON] = [:], pages: String? = nil
  ) -> JSON {
    var values = JSONMembers()
    values.set(
      "automation",
      to: .object(
        [
          ("id", .text(automation.id)), ("name", .text(automation.name)),
          ("description", .text(automation.description)),
        ] + links("automation", automation.id, nil, pages)))
    let whole = JSON.object([
      ("id", .text(id)), ("time", firing["time"]), ("window_start", firing["window_start"]),
      ("count", firing["count"]),
      ("labels", firing["labels"]), ("parts", firing["parts"]),
    ])
    let parts = Self.parts(of: firing)
    values.set("firing", to: whole)
    values.set("firings", to: .array([whole] + parts))
    values.set("labels", to: firing["labels"] ?? .object([]))
    if let known = facts[variables] { values.set(JSONText(variables), to: known) }
    let seen = event.map(Self.event)
    values.set("events", to: .array((seen.map { [$0] } ?? []) + parts.compactMap { $0["event"] }))
    guard let event, let seen else { return .object(values) }
    values.set("event", to: seen)
    for (name, kind, subject) in subjects(of: event) {
      var members = JSONMembers()
      if case .object(let more)? = facts[name] { members = more }
      for (member, value) in thing(kind, subject, event, pages) {
        if let value { members.set(JSONText(member), to: value) }
      }
      values.set(JSONText(name), to: .object(members))
    }
    return .object(values)
  }

  /// What an event has to do with: the variable, the kind, the id.
  public static func subjects(
    of event: TriggerEvent
  ) -> [(variable: String, kind: String, id: String)] {
    kinds.compactMap { name, kind in event.subject(kind).map { (name, kind, $0) } }
  }

  /// The firings of the parts of a trigger that is put together, each with what is kept of its event.
  private static func parts(of firing: JSON) -> [JSON] {
    guard case .array(let parts)? = firing["parts"] else { return [] }
    return parts.compactMap { PartFiring(json: $0) }.map { part in
      let time = JSON.text(part.time.rfc3339)
      let event = JSON.object([("id", .text(part.eventID)), ("occurred", time)])
      return .object([
        ("time", time), ("position", .integer(part.position)),
        ("event", part.eventID.isEmpty ? nil : event),
      ])
    }
  }

  private static func event(_ event: TriggerEvent) -> JSON {
    .object([
      ("id", .text(event.id)), ("event", .text(event.names.last ?? "")),
      ("name", .text(event.names.first ?? "")), ("names", .texts(event.names)),
      ("occurred", .text(event.time.rfc3339)), ("time", .text(event.time.rfc3339)),
      ("resource", labels(event.resource)), ("related", .array(event.related.map(labels))),
    ])
  }

  private static func labels(_ labels: [String: String]) -> JSON {
    .object(labels.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
  }

  /// A thing as the event tells of it.
  private static func thing(
    _ kind: String, _ id: String, _ event: TriggerEvent, _ pages: String?
  ) -> [(String, JSON?)] {
    let ids = ["martlet.\(kind).\(id)", "prefect.\(kind).\(id)"]
    let found = ([event.resource] + event.related).first { ids.contains($0["id"] ?? "") } ?? [:]
    var name = found["name"] ?? found["prefect.resource.name"]
    if kind == "flow", name == nil { name = event.resource["definition"] }
    let state = found["state.type"].map { type in
      JSON.object([
        ("type", .text(type)), ("name", found["state.name"].map { .text($0) }),
        ("message", found["prefect.state-message"].map { .text($0) }),
        ("timestamp", .text(event.time.rfc3339)),
      ])
    }
    var members: [(String, JSON?)] = [
      ("id", .text(id)), ("name", name.map { .text($0) }), ("state", state),
    ]
    // What a run is of is told of its own event.
    if kind.hasSuffix("-run"), state != nil {
      members += ["flow", "deployment"].map { kind in
        ("\(kind)_id", event.subject(kind).map { .text($0) })
      }
    }
    return members + links(kind, id, name, pages)
  }

  /// Where people see a thing; what the filters `ui_url` and `ui_resource_events_url` give.
  private static func links(
    _ kind: String, _ id: String, _ name: String?, _ pages: String?
  ) -> [(String, JSON?)] {
    guard let pages else { return [] }
    let place =
      switch kind {
      case "flow-run", "task-run": "runs/\(kind)/\(id)"
      // Its page goes by the name.
      case "work-pool": "work-pools/work-pool/\(Percent.encoded(name ?? id))"
      default: "\(kind)s/\(kind)/\(id)"
      }
    return [
      ("ui_url", .text("\(pages)/\(place)")),
      ("ui_resource_events_url", .text("\(pages)/events?resource=prefect.\(kind).\(id)")),
    ]
  }
}
