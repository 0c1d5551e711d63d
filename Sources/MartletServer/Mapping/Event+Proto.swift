// Decides how events cross the contract: published ones as they are, transitions as the events they are.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension MartletStore.Event {
  /// An event to publish.
  ///
  /// - Throws: `InvalidValue` for what cannot be read.
  init(
    _ event: MartletProto.Event, namespace: Namespace, actor: String, now: Instant
  ) throws(InvalidValue) {
    guard let resource = event.resource else { throw InvalidValue("resource", "is required") }
    self.init(
      id: try ObjectID(optional: event.id, "id") ?? .timeOrdered(), namespace: namespace,
      name: event.name, time: event.time.map { Instant($0) } ?? now,
      resource: MartletStore.EventResource(resource),
      related: event.related.map { MartletStore.EventResource($0) },
      runID: try RunID(optional: event.runID, "run_id"),
      payload: try event.payload?.jsonText("payload") ?? "",
      follows: try ObjectID(optional: event.follows, "follows"), actor: actor)
  }
}

extension MartletStore.EventResource {
  fileprivate init(_ resource: MartletProto.EventResource) {
    self.init(id: resource.id, role: resource.role, labels: resource.labels)
  }
}

extension MartletProto.EventResource {
  fileprivate init(_ resource: MartletStore.EventResource) {
    self.init()
    id = resource.id
    role = resource.role
    labels = resource.labels
  }
}

extension MartletProto.Event {
  /// An event of either sort.
  init(_ event: AnyEvent) {
    switch event {
    case .published(let event): self.init(event)
    case .transition(let event): self.init(event)
    }
  }

  private init(_ event: MartletStore.Event) {
    self.init()
    id = event.id.description
    namespace = event.namespace.name
    name = event.name
    time = event.time.timestamp
    resource = MartletProto.EventResource(event.resource)
    related = event.related.map { MartletProto.EventResource($0) }
    payload = event.payload.isEmpty ? nil : JSONObject(stored: event.payload)
    follows = event.follows?.description ?? ""
    runID = event.runID?.description ?? ""
    receiveTime = event.receiveTime.timestamp
    actor = event.actor
  }

  private init(_ event: TransitionEvent) {
    self.init()
    id = event.id
    namespace = event.namespace.name
    name = event.name
    time = event.time.timestamp
    var resource = MartletProto.EventResource()
    resource.id = event.resourceID
    resource.labels = ["name": event.run.name, "definition": event.run.definition]
    self.resource = resource
    var payload: JSONObject = [
      "to": .object(["type": .string(event.to.description), "name": .string(event.toName)]),
      "epoch": .number(Double(event.epoch)), "attempt": .number(Double(event.attempt)),
      "rule": .string(event.rule),
    ]
    if let from = event.from {
      payload["from"] = .object([
        "type": .string(from.description), "name": .string(event.fromName),
      ])
    }
    if !event.message.isEmpty { payload["message"] = .string(event.message) }
    self.payload = payload
    follows = event.revision > 1 ? "\(event.runID)/\(event.revision - 1)" : ""
    runID = event.runID.description
    receiveTime = event.time.timestamp
    actor = event.actor
  }
}

extension EventFilter {
  /// Whether an event of either sort passes.
  func matches(_ event: AnyEvent) -> Bool {
    switch event {
    case .published(let event):
      matches(
        name: event.name, resourceID: event.resource.id, runID: event.runID, time: event.time)
    case .transition(let event): matches(event)
    }
  }
}
