// Decides what a firing of an automation is to do, and what is kept of it. Its id follows from what fired; those of its tasks
// are new, and written with it.

import MartletModel
import MartletStore

/// That the trigger of an automation fired.
struct FiringTasks {
  /// The automation.
  let automation: Automation
  /// The number of the trigger that was the last to fire.
  let leaf: Int
  /// That trigger.
  let trigger: EventTrigger
  /// Its firing.
  let firing: TriggerFiring
  /// The event that it fired at.
  let event: TriggerEvent?
  /// The parts that fired, of a trigger that is put together.
  let parts: [PartFiring]
  /// When the whole fired.
  let time: Instant

  private var id: ObjectID {
    var names = [
      "automation firing", "\(automation.id)", "\(automation.term)",
      "\(firing.start.microseconds)", "\(firing.count)",
      trigger.posture == .reactive ? event?.id ?? "" : "",
    ]
    if leaf > 0 { names.append("part \(leaf)") }
    return ObjectID(UUIDValue.derived(from: names + firing.key))
  }

  /// What is kept of it, with the event that the actions see.
  private func told(_ event: TriggerEvent?) -> JSON {
    let start = parts.first?.time ?? firing.start
    return .object([
      ("time", .text(time.rfc3339)), ("window_start", .text(start.rfc3339)),
      ("count", .integer(parts.isEmpty ? firing.count : parts.count)),
      ("labels", .object(zip(trigger.forEach, firing.key).map { ($0, JSON.text($1)) })),
      ("event", event?.json ?? .null),
      ("parts", parts.isEmpty ? nil : .array(parts.map(\.json))),
    ])
  }

  /// The tasks: first that it is told of, then the actions, then those that see the firing itself as their event.
  func make(now: Instant) -> [NewAutomationTask] {
    let (first, then) = (automation.content.actions, automation.content.actionsOnTrigger)
    let count = 1 + first.count + then.count
    // Ids in the order of the actions.
    let ids = (0..<2 * count).map { _ in
      RunID.v7(now: now, random: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
    }.sorted()
    let (firingID, told) = (id, told(event))
    let toldOfItself = then.isEmpty ? told : self.told(itself(ids[1], now))
    return ([nil] + (first + then).map(Optional.some)).enumerated().map { ordinal, action in
      NewAutomationTask(
        id: ids[2 * ordinal], automationID: automation.id, term: automation.term,
        firingID: firingID, ordinal: ordinal, triggerID: ObjectID(ids[1].value),
        eventID: ObjectID(ids[2 * ordinal + 1].value), action: action,
        firing: ordinal > first.count ? toldOfItself : told)
    }
  }

  /// The event that tells of the firing, as triggers would see it; what it fired at is related, so that what that was about is
  /// found.
  private func itself(_ id: RunID, _ now: Instant) -> TriggerEvent {
    let kind = "automation.\(automation.id)"
    var related = event?.related ?? []
    if let event {
      related.insert(event.resource, at: 0)
      related.append([
        "id": "martlet.event.\(event.id)", "prefect.resource.id": "prefect.event.\(event.id)",
        "role": "triggering-event", "prefect.resource.role": "triggering-event",
      ])
    }
    return TriggerEvent(
      id: "\(id)", names: ["martlet", "prefect"].map { "\($0).automation.triggered" }, time: now,
      resource: [
        "id": "martlet.\(kind)", "prefect.resource.id": "prefect.\(kind)",
        "name": automation.content.name, "prefect.resource.name": automation.content.name,
      ], related: related)
  }
}
