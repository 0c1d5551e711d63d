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

  private var id: ObjectID {
    var names = [
      "automation firing", "\(automation.id)", "\(automation.term)",
      "\(firing.start.microseconds)", "\(firing.count)",
      trigger.posture == .reactive ? event?.id ?? "" : "",
    ]
    if leaf > 0 { names.append("part \(leaf)") }
    return ObjectID(UUIDValue.derived(from: names + firing.key))
  }

  private var told: JSON {
    let start = parts.first?.time ?? firing.start
    return .object([
      ("window_start", .text(start.rfc3339)),
      ("count", .integer(parts.isEmpty ? firing.count : parts.count)),
      ("labels", .object(zip(trigger.forEach, firing.key).map { ($0, JSON.text($1)) })),
      ("event", event?.json ?? .null),
      ("parts", parts.isEmpty ? nil : .array(parts.map(\.json))),
    ])
  }

  /// The tasks: first that it is told of, then the actions.
  func make(now: Instant) -> [NewAutomationTask] {
    let actions = automation.content.actions + automation.content.actionsOnTrigger
    // Ids in the order of the actions.
    let ids = (0..<2 * (actions.count + 1)).map { _ in
      RunID.v7(now: now, random: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
    }.sorted()
    let (firingID, told) = (id, told)
    return ([nil] + actions.map(Optional.some)).enumerated().map { ordinal, action in
      NewAutomationTask(
        id: ids[2 * ordinal], automationID: automation.id, term: automation.term,
        firingID: firingID, ordinal: ordinal, triggerID: ObjectID(ids[1].value),
        eventID: ObjectID(ids[2 * ordinal + 1].value), action: action, firing: told)
    }
  }
}
