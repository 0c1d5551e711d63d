// Decides which automations may be stored, and which of them would never stop setting themselves off.

/// What an automation must be.
public enum AutomationRules {
  /// Longest name, in bytes.
  public static let longestName = 500
  /// Longest description, in bytes.
  public static let longestDescription = 10_000
  /// Most bytes of a trigger, and of all actions.
  public static let largest = 256 << 10
  /// The names of the events of automations begin so.
  public static let eventPrefix = "martlet.automation."
  /// That one fired.
  public static let triggered = "martlet.automation.triggered"
  /// That an action was done.
  public static let executed = "martlet.automation.action.executed"
  /// The event that an action of a firing is begun.
  public static let begun = "martlet.automation.action.triggered"
  /// That an action failed.
  public static let failed = "martlet.automation.action.failed"

  /// Checks what an automation does, and when.
  public static func check(
    trigger: JSON, actions: [JSON], onTrigger: [JSON], onResolve: [JSON]
  ) throws(InvalidValue) {
    let whole = try Trigger(trigger, "automation.trigger")
    guard TriggerTree(whole).nodes.count <= TriggerTree.most else {
      throw InvalidValue("automation.trigger", "has more than \(TriggerTree.most) triggers in it")
    }
    guard !actions.isEmpty else { throw InvalidValue("automation.actions", "is required") }
    for (name, list) in [
      ("actions", actions), ("actions_on_trigger", onTrigger), ("actions_on_resolve", onResolve),
    ] {
      guard list.count <= AutomationAction.most else {
        throw InvalidValue("automation.\(name)", "has more than \(AutomationAction.most) actions")
      }
      for (index, action) in list.enumerated() {
        let read = try AutomationAction(action, "automation.\(name)[\(index)]")
        if case .runDeployment(.inferred, _, _, _) = read, startsRuns(whole) {
          throw InvalidValue(
            "automation.\(name)[\(index)]",
            "would run a deployment whenever one of its runs is scheduled, for ever")
        }
      }
    }
  }

  /// Whether what a trigger fires at comes of every new run of a deployment.
  private static func startsRuns(_ trigger: Trigger) -> Bool {
    switch trigger {
    case .event(let trigger): return startsRuns(trigger)
    case .compound(let parts, let requirement):
      return parts.triggers.count(where: startsRuns) >= requirement.number(of: parts.triggers.count)
    case .sequence(let parts): return parts.triggers.allSatisfy(startsRuns)
    }
  }

  private static func startsRuns(_ trigger: EventTrigger) -> Bool {
    guard trigger.posture == .reactive else { return false }
    if trigger.expect.isEmpty { return true }
    return ["Scheduled", "Pending", "Running"].contains { state in
      ["martlet", "prefect"].contains { start in
        trigger.expect.contains { LabelPattern.fits($0[...], "\(start).flow-run.\(state)") }
      }
    }
  }
}
