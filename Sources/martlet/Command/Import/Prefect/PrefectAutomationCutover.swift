// Decides how automations move from a Prefect server to this one: off there, then on here.

import Martlet
import MartletCall
import MartletModel
import MartletPrefect
import MartletProto
import MartletWire

/// One move of the automations that are enabled.
struct PrefectAutomationCutover {
  private let prefect: PrefectRequests
  private let database: PrefectDatabase
  private let connection: Connection

  init(_ prefect: PrefectRequests, _ database: PrefectDatabase, _ connection: Connection) {
    self.prefect = prefect
    self.database = database
    self.connection = connection
  }

  /// Moves those that are here; how many they were.
  func run() async throws -> Int {
    var ids: [String] = []
    try await database.each(PrefectStatements.automations) { rows in
      ids += rows.map { $0.text("id") }
    }
    var count = 0
    for id in ids where try await move(id) { count += 1 }
    return count
  }

  private func move(_ id: String) async throws -> Bool {
    var record = CutoverRecord(of: id, connection)
    try await record.read()
    if record.phase == .done { return false }
    do {
      _ = try await connection.client.automations.getAutomation(
        GetAutomationRequest(namespace: connection.namespace, id: id))
      if record.phase == nil {
        guard try await prefect.ask(.get, "/automations/\(id)")["enabled"] == .bool(true) else {
          return false
        }
        try await record.write(.noted)
      }
      _ = try await prefect.ask(.patch, "/automations/\(id)", .object([("enabled", .bool(false))]))
    } catch let status as Status where status.code == .notFound {
      return false
    }
    _ = try await connection.client.automations.updateAutomation(
      UpdateAutomationRequest(
        namespace: connection.namespace, automation: Automation(id: id), updateMask: ["paused"]))
    try await record.write(.done)
    return true
  }
}
