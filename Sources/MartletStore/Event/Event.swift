// Decides what an event is that a program publishes, and which may be stored.

public import MartletModel
import MartletPostgres

/// Something that an event is about.
public struct EventResource: Sendable, Equatable {
  /// Its id.
  public var id: String
  /// What it has to do with the event; empty for the resource itself.
  public var role: String
  /// More about it.
  public var labels: [String: String]

  /// Makes a resource.
  public init(id: String, role: String = "", labels: [String: String] = [:]) {
    self.id = id
    self.role = role
    self.labels = labels
  }
}

/// An event that a program published. Its id is its key: sent again, it is kept once.
public struct Event: Sendable, Equatable {
  /// UUIDv7.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// What happened.
  public var name: String
  /// When, by the publisher's clock.
  public var time: Instant
  /// What it happened to.
  public var resource: EventResource
  /// What else it has to do with.
  public var related: [EventResource]
  /// The run that published it; nil when none did.
  public var runID: RunID?
  /// A JSON object as text; empty for none.
  public var payload: String
  /// The event that it came from.
  public var follows: ObjectID?
  /// Who published it.
  public var actor: String
  /// When it was stored.
  public var receiveTime: Instant

  /// Makes an event to publish.
  public init(
    id: ObjectID = .random(), namespace: Namespace, name: String, time: Instant,
    resource: EventResource, related: [EventResource] = [], runID: RunID? = nil,
    payload: String = "", follows: ObjectID? = nil, actor: String
  ) {
    self.id = id
    self.namespace = namespace
    self.name = name
    self.time = time
    self.resource = resource
    self.related = related
    self.runID = runID
    self.payload = payload
    self.follows = follows
    self.actor = actor
    receiveTime = time
  }

  /// Longest name, in bytes.
  public static let nameLimit = 200
  /// Longest id of a resource, in bytes.
  public static let resourceLimit = 500
  /// Most related resources.
  public static let relatedLimit = 100
  /// Largest payload, in bytes.
  public static let payloadLimit = 64 << 10

  /// Refuses an event that cannot be stored.
  /// - Parameters:
  ///   - now: The time by this machine's clock, from which the id may not be far.
  ///   - isOwn: Whether it is the server's own, whose names begin with `martlet.`.
  /// - Throws: `invalid`, which names the field.
  public func validate(now: Instant, isOwn: Bool = false) throws(StoreError) {
    do throws(InvalidValue) { try RunID(id.value).validate(now: now) } catch {
      throw .invalid(field: error.field, why: error.problem)
    }
    try validateContent(isOwn: isOwn)
  }

  /// Refuses what is said of an event, whatever its id is.
  func validateContent(isOwn: Bool) throws(StoreError) {
    try checkText(name, field: "name", limit: Self.nameLimit)
    if name.isEmpty { throw .invalid(field: "name", why: "is empty") }
    if !isOwn, name.utf8.starts(with: TransitionEvent.namePrefix.utf8) {
      throw .invalid(
        field: "name", why: "begins with martlet., as only the server's own do: choose another")
    }
    guard RunLimits.times.contains(time) else {
      throw .invalid(field: "time", why: "is outside the years 1 to 9999")
    }
    try resource.validate("resource")
    guard related.count <= Self.relatedLimit else {
      throw .invalid(
        field: "related", why: "has \(related.count) resources: at most \(Self.relatedLimit)")
    }
    for (index, resource) in related.enumerated() { try resource.validate("related[\(index)]") }
    try checkJSON(payload, field: "payload", limit: Self.payloadLimit)
  }

  /// About how many bytes the event holds on to while it waits.
  var weight: Int {
    ([resource] + related).reduce(400 + name.utf8.count + payload.utf8.count) { sum, resource in
      resource.labels.reduce(sum + resource.id.utf8.count) {
        $0 + $1.key.utf8.count + $1.value.utf8.count
      }
    }
  }
}

extension EventResource {
  fileprivate func validate(_ field: String) throws(StoreError) {
    try checkText(id, field: "\(field).id", limit: Event.resourceLimit)
    if id.isEmpty { throw .invalid(field: "\(field).id", why: "is empty") }
    try checkText(role, field: "\(field).role", limit: Event.nameLimit)
    try checkLabels(labels, field: "\(field).labels")
  }

  /// The resource as it is stored.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("id", .string(id))]
    if !role.isEmpty { members.append(("role", .string(role))) }
    if !labels.isEmpty {
      let sorted = labels.sorted { $0.key < $1.key }
      members.append(("labels", .object(sorted.map { ($0.key, .string($0.value)) })))
    }
    return .object(members)
  }

  /// Reads what `json` wrote.
  init(json: JSONValue) {
    self.init(
      id: json["id"]?.string ?? "", role: json["role"]?.string ?? "",
      labels: Dictionary(
        (json["labels"]?.members ?? []).map { ($0.key, $0.value.string ?? "") },
        uniquingKeysWith: { first, _ in first }))
  }
}

extension Event {
  /// Reads a row with the columns of `list_events`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let related: PostgresJSON? = try row.optional(6)
    let payload: PostgresJSON? = try row.optional(8)
    var others: [EventResource] = []
    if let related { others = try JSONValue(related).elements.map(EventResource.init(json:)) }
    self.init(
      id: try row.get(0), namespace: try row.get(1), name: try row.get(2), time: try row.get(3),
      resource: EventResource(json: try JSONValue(row.get(5, as: PostgresJSON.self))),
      related: others, runID: try row.optional(7), payload: payload?.text ?? "",
      follows: try row.optional(9), actor: try row.get(10))
    receiveTime = try row.get(11)
  }
}
