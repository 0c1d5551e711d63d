// Decides which events tell of a firing and of what came of its actions. Told again, each is kept once.

import MartletModel
import MartletStore

/// Tells of what a firing is to do.
struct ActionReport {
  let store: Store
  let task: AutomationTask
  let event: TriggerEvent?

  /// Tells that the automation fired.
  func tellFiring() async throws {
    try await publish([
      made(
        AutomationRules.triggered, id: task.triggerID, follows: nil, related: triggering,
        [
          ("firing_id", .text("\(task.firingID)")), ("window_start", task.firing["window_start"]),
          ("count", task.firing["count"]), ("labels", task.firing["labels"]),
          ("triggering_labels", task.firing["labels"]),
          ("event_id", event.map { .text($0.id) }), ("event", event.map { .text($0.names[0]) }),
        ])
    ])
  }

  /// Tells that the action was begun, and what came of it.
  func tell(_ outcome: ActionOutcome, of action: JSON) async throws {
    let said: [(String, JSON?)] = [
      ("firing_id", .text("\(task.firingID)")), ("action", action),
      ("action_index", .integer(task.ordinal - 1)),
      ("action_type", .text(AutomationAction.type(of: action))),
      ("invocation", .text("\(task.id)")),
    ]
    var payload = said
    var related: [EventResource] = []
    let name: String
    let details: ActionDetails
    switch outcome {
    case .executed(let subjects, let more):
      name = AutomationRules.executed
      related = subjects.map { EventResource(id: $0, role: "target") }
      details = more
    case .failed(let reason, let more):
      name = AutomationRules.failed
      payload.append(("reason", .text(reason)))
      details = more
    }
    payload += details.payload.pairs.map { ($0.name, $0.value) }
    related += details.related
    related.append(
      EventResource(id: "martlet.event.\(task.triggerID)", role: "automation-triggered-event"))
    // As old as what came of it, and known by that.
    let begun = ObjectID(
      UUIDValue(high: task.eventID.value.high, low: task.eventID.value.low ^ 1))
    try await publish([
      made(
        AutomationRules.begun, id: begun, follows: task.triggerID, related: related + triggering,
        said),
      made(name, id: task.eventID, follows: begun, related: related + triggering, payload),
    ])
  }

  /// The event that fired.
  private var triggering: [EventResource] {
    event.map { [EventResource(id: "martlet.event.\($0.id)", role: "triggering-event")] } ?? []
  }

  /// What is said of the automation.
  private var labels: [String: String] {
    var labels = ["name": task.automationName, "prefect.resource.name": task.automationName]
    for (label, member) in [("prefect.trigger-type", "type"), ("prefect.posture", "posture")] {
      if case .string(let text)? = task.trigger[member] { labels[label] = text.text }
    }
    return labels
  }

  private func made(
    _ name: String, id: ObjectID, follows: ObjectID?, related: [EventResource],
    _ payload: [(String, JSON?)]
  ) -> Event {
    Event(
      id: id, namespace: task.namespace, name: name, time: task.time,
      resource: EventResource(
        id: "\(AutomationRules.eventPrefix)\(task.automationID)", labels: labels),
      related: related, payload: Self.fitting(payload).description,
      follows: follows, actor: "automation:\(task.automationID)")
  }

  private func publish(_ told: [Event]) async throws {
    do throws(StoreError) {
      _ = try await store.events.publish(told, areOwn: true)
    } catch {
      guard case .invalid(let field, _) = error, field == "id" else { throw error }
      // It waited for days, so that the ids are refused: told under others.
      let renamed = told.map { event in
        var event = event
        event.id = .random()
        return event
      }
      _ = try await store.events.publish(renamed, areOwn: true)
    }
  }

  /// A payload without the action where it would not fit.
  private static func fitting(_ payload: [(String, JSON?)]) -> JSON {
    let whole = JSON.object(payload)
    guard whole.description.utf8.count > Event.payloadLimit else { return whole }
    return .object(
      payload.map { name, value in
        name == "action" ? (name, value.map { .text($0.excerpt(1000)) }) : (name, value)
      })
  }
}
