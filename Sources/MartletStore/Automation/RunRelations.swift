// Decides which related resources triggers see with the transitions of runs, under Martlet's names of labels and Prefect's.

import MartletModel
import MartletPostgres

/// What a run has to do with.
struct RunRelations: Sendable {
  /// The labels of each related resource.
  var resources: [[String: String]]

  /// Reads what runs have to do with.
  static func read(
    _ runs: Set<RunID>, on connection: PostgresConnection
  ) throws -> [RunID: RunRelations] {
    if runs.isEmpty { return [:] }
    var found: [RunID: RunRelations] = [:]
    try connection.query(SQL.readRunRelations) { $0.bindArray(runs.sorted()) }
      .forEach { row throws(PostgresError) in
        found[try row.get(0)] = RunRelations(resources: try resources(row))
      }
    return found
  }

  private static func resources(
    _ row: borrowing PostgresRow
  ) throws(PostgresError) -> [[String: String]] {
    var resources: [[String: String]] = []
    if let id: ObjectID = try row.optional(3) {
      resources.append(labels("flow", "\(id)", name: nil))
    }
    if let id: ObjectID = try row.optional(4) {
      resources.append(labels("deployment", "\(id)", name: try row.optional(5)))
    }
    if let id: ObjectID = try row.optional(6) {
      resources.append(labels("work-pool", "\(id)", name: try row.optional(7)))
    }
    if let id: ObjectID = try row.optional(8) {
      resources.append(labels("work-queue", "\(id)", name: try row.optional(9)))
    }
    if let id: RunID = try row.optional(2) {
      resources.append(labels("flow-run", "\(id)", name: nil))
    }
    for tag in try row.array(1, of: String.self) {
      resources.append(labels("tag", tag, name: nil))
    }
    return resources
  }

  private static func labels(_ kind: String, _ id: String, name: String?) -> [String: String] {
    var labels = TriggerEvent.labels(id: "martlet.\(kind).\(id)", role: kind)
    if let name {
      labels["name"] = name
      labels["prefect.resource.name"] = name
    }
    return labels
  }
}

extension TriggerEvent {
  /// The labels that name a resource.
  static func labels(id: String, role: String) -> [String: String] {
    var labels = ["id": id, "prefect.resource.id": id]
    if id.hasPrefix("martlet.") {
      labels["prefect.resource.id"] = "prefect" + id.dropFirst("martlet".count)
    }
    if !role.isEmpty {
      labels["role"] = role
      labels["prefect.resource.role"] = role
    }
    return labels
  }

  /// An event of either sort as triggers see it.
  ///
  /// - Parameter arrival: When it was stored: a clock of a publisher that is ahead of it is not believed.
  init(_ event: AnyEvent, arrival: Instant, relations: [RunID: RunRelations]) {
    switch event {
    case .published(let event):
      self.init(
        id: event.id.description, names: Self.names(event.name), time: min(event.time, arrival),
        resource: Self.labels(of: event.resource), related: event.related.map(Self.labels))
    case .transition(let event):
      var labels = Self.labels(id: event.resourceID, role: "")
      labels["name"] = event.run.name
      labels["definition"] = event.run.definition
      labels["state.type"] = event.to.description
      labels["state.name"] = event.toName
      labels["prefect.resource.name"] = event.run.name
      labels["prefect.state-type"] = event.to.description
      labels["prefect.state-name"] = event.toName
      labels["prefect.state-message"] = event.message
      self.init(
        id: event.id, names: Self.names(event.name), time: min(event.time, arrival),
        resource: labels, related: relations[event.runID]?.resources ?? [])
    }
  }

  /// The names that an event goes by.
  private static func names(_ name: String) -> [String] {
    name.hasPrefix("martlet.") ? [name, "prefect" + name.dropFirst("martlet".count)] : [name]
  }

  private static func labels(of resource: EventResource) -> [String: String] {
    labels(id: resource.id, role: resource.role).merging(resource.labels) { _, own in own }
  }
}
