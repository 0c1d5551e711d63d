// Decides what an automation is as it is kept, and what of it may be changed.

public import MartletModel
import MartletPostgres

/// What an automation is: all that its owner says.
public struct AutomationContent: Sendable, Equatable {
  /// For people.
  public var name: String
  /// For people.
  public var description: String
  /// Whether its trigger sees no events.
  public var isPaused: Bool
  /// For filters.
  public var tags: [String]
  /// The trigger.
  public var trigger: JSON
  /// What is done.
  public var actions: [JSON]
  /// What is done besides when it fires.
  public var actionsOnTrigger: [JSON]
  /// Kept, and not done.
  public var actionsOnResolve: [JSON]

  /// Makes an automation that is not paused.
  public init(name: String, trigger: JSON, actions: [JSON]) {
    self.name = name
    description = ""
    isPaused = false
    tags = []
    self.trigger = trigger
    self.actions = actions
    actionsOnTrigger = []
    actionsOnResolve = []
  }

  /// Refuses what cannot be stored; gives the trigger all that it does not say.
  public mutating func validate() throws(StoreError) {
    do throws(InvalidValue) {
      try AutomationRules.check(
        trigger: trigger, actions: actions, onTrigger: actionsOnTrigger,
        onResolve: actionsOnResolve)
      trigger = try Trigger(trigger, "automation.trigger").json
    } catch { throw .invalid(field: error.field, why: error.problem) }
    if name.isEmpty { throw .invalid(field: "automation.name", why: "is required") }
    try checkText(name, field: "automation.name", limit: AutomationRules.longestName)
    try checkText(
      description, field: "automation.description", limit: AutomationRules.longestDescription)
    guard tags.count <= 64 else {
      throw .invalid(field: "automation.tags", why: "has more than 64")
    }
    for tag in tags { try checkText(tag, field: "automation.tags", limit: 200) }
    for (name, list) in [
      ("trigger", [trigger]), ("actions", actions), ("actions_on_trigger", actionsOnTrigger),
      ("actions_on_resolve", actionsOnResolve),
    ] {
      try checkJSON(
        JSON.array(list).description, field: "automation.\(name)", limit: AutomationRules.largest)
    }
  }
}

/// An automation.
public struct Automation: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// What it is.
  public var content: AutomationContent
  /// The resource that it belongs to; empty for none.
  public var ownerResource: String
  /// Who created it.
  public var createdBy: String
  /// Who changed it last.
  public var updatedBy: String
  /// When it was created.
  public var createTime: Instant
  /// When it was last changed.
  public var updateTime: Instant
  /// Another one after every change.
  public var etag: Int64
  /// Another one whenever its trigger begins anew.
  public var term: Int64
  /// Events from then on are its trigger's concern.
  public var beginTime: Instant
}

extension Automation {
  /// An automation that is not stored, to be tried on what happened since a time.
  public init(trial content: AutomationContent, in namespace: Namespace, since time: Instant) {
    self.init(
      id: .random(), namespace: namespace, content: content, ownerResource: "", createdBy: "",
      updatedBy: "", createTime: time, updateTime: time, etag: 1, term: 1, beginTime: time)
  }

  /// Reads a row with the columns of `list_automations`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    var content = AutomationContent(
      name: try row.get(2), trigger: try Self.json(row.get(6)),
      actions: try Self.list(row.get(7)))
    content.description = try row.get(3)
    content.isPaused = try row.get(4)
    content.tags = try row.array(5)
    content.actionsOnTrigger = try Self.list(row.get(8))
    content.actionsOnResolve = try Self.list(row.get(9))
    self.content = content
    ownerResource = try row.get(10)
    createdBy = try row.get(11)
    updatedBy = try row.get(12)
    createTime = try row.get(13)
    updateTime = try row.get(14)
    etag = try row.get(15)
    term = try row.get(16)
    beginTime = try row.get(17)
  }

  static func json(_ text: String) throws(PostgresError) -> JSON {
    do throws(JSONFault) { return try JSON(parsing: text) } catch {
      throw PostgresError(.decodingError, "an automation is no JSON: \(error.problem)")
    }
  }

  private static func list(_ text: String) throws(PostgresError) -> [JSON] {
    guard case .array(let list) = try json(text) else {
      throw PostgresError(.decodingError, "the actions of an automation are no list")
    }
    return list
  }
}
