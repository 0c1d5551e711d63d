// Decides what deployments and automations of Prefect's database become. Schedules that have no name there are given one by
// which they are found again.

internal import MartletModel
package import MartletProto
internal import MartletWire

extension PrefectRow {
  /// A row of `deployment`: its `body` is as a client would ask for it.
  package func deployment(_ renaming: Renaming) throws -> MartletProto.Deployment {
    var flow = MartletProto.Flow()
    flow.name = text("flow_name")
    flow.id = renaming.id(text("flow_id"))
    guard case .object(var body)? = self["body"] else {
      throw RowFault(description: "the deployment has no body")
    }
    if case .array(let schedules)? = body["schedules"] {
      body.set("schedules", to: .array(schedules.map { Self.named($0) }))
    }
    let asked: Shape.DeploymentCreate = try Self.shape(.object(body))
    do {
      var deployment = try MartletProto.Deployment(asked, of: flow, body: .object(body))
      deployment.id = text("id")
      return deployment
    } catch {
      throw RowFault(description: "\(error)")
    }
  }

  /// The schedules of a row of `deployment`: their ids and names, and whether they were active.
  package var schedules: [(id: String, slug: String, isActive: Bool)] {
    guard case .array(let schedules)? = self["body"]?["schedules"] else { return [] }
    return schedules.map { schedule in
      let named = PrefectRow(Self.named(schedule))
      return (PrefectRow(schedule).text("replaces"), named.text("slug"), named.isTrue("active"))
    }
  }

  /// The schedule with a name. Its id comes in the place of the name that it replaces, which an import has no use for.
  private static func named(_ schedule: JSON) -> JSON {
    guard case .object(var members) = schedule else { return schedule }
    let row = PrefectRow(schedule)
    if row.text("slug").isEmpty {
      members.set("slug", to: .text("schedule-\(row.text("replaces").prefix(8))"))
    }
    return .object(members)
  }

  /// A row of `automation`. It arrives paused, so that nothing is done twice.
  package func automation(_ renaming: Renaming) throws -> MartletProto.Automation {
    var automation = MartletProto.Automation()
    automation.id = text("id")
    automation.name = text("name")
    automation.description = text("description")
    automation.paused = true
    automation.tags = texts("tags")
    automation.trigger = (self["trigger"].map { renaming.renamed($0) })?.members.map {
      JSONObject($0)
    }
    func actions(_ name: String) -> [JSONObject] {
      guard case .array(let actions)? = self[name] else { return [] }
      return actions.compactMap { renaming.renamed($0).members.map { JSONObject($0) } }
    }
    automation.actions = actions("actions")
    automation.actionsOnTrigger = actions("actions_on_trigger")
    automation.actionsOnResolve = actions("actions_on_resolve")
    return automation
  }
}
