// Decides the order in which a Prefect database is taken in, and how what it holds finds what has another id here.

import Martlet
import MartletCall
import MartletPostgres
import MartletPrefect
import MartletProto
import MartletWire

/// One pass over a Prefect database.
final class PrefectImport {
  let database: PrefectDatabase
  let target: RecordImport
  let sections: Set<PrefectSection>
  let since: String?
  private(set) var renaming = Renaming()
  /// Automations are no records of exports: they are made at once.
  private(set) var automations: [RecordImport.Outcome: Int] = [:]

  init(
    _ database: PrefectDatabase, into target: RecordImport, _ sections: Set<PrefectSection>,
    since: String?
  ) {
    self.database = database
    self.target = target
    self.sections = sections
    self.since = since
  }

  /// Takes everything in that was asked for: what others refer to is before them.
  func run(key: String?) async throws {
    if sections.contains(.flows) {
      try await take(PrefectStatements.flows, .flow) { .flow($0.flow) }
    }
    if sections.contains(.pools) {
      try await take(PrefectStatements.pools, .pool) { .pool($0.pool) }
      try await take(PrefectStatements.queues, .queue) { .queue($0.queue) }
    }
    if sections.contains(.limits) {
      try await take(PrefectStatements.limits, .limit) { .limit($0.limit) }
    }
    if sections.contains(.variables) {
      try await take(PrefectStatements.variables, .variable) { .variable($0.variable) }
    }
    if sections.contains(.blocks) { try await takeBlocks(key: key) }
    let finder = PrefectRenaming(database, target.connection)
    let flows = try await finder.flows()
    if sections.contains(.deployments) {
      try await take(PrefectStatements.deployments, .deployment) {
        .deployment(try $0.deployment(flows))
      }
    }
    renaming = try await finder.all(flows)
    if sections.contains(.automations) { try await takeAutomations() }
    try await takePast(renaming)
    try await target.finish()
  }

  private func takePast(_ renaming: Renaming) async throws {
    if sections.contains(.runs) {
      try await take(PrefectStatements.flowRuns, .history) {
        .history(try $0.flowRun(renaming))
      }
      try await take(PrefectStatements.taskRuns, .history) { .history(try $0.taskRun()) }
    }
    if sections.contains(.artifacts) {
      try await take(PrefectStatements.artifacts, .artifact) { .artifact($0.artifact) }
    }
    if sections.contains(.logs) {
      try await take(PrefectStatements.logs, .logEntry) { row in
        try row.logEntry().map { .logEntry($0) }
      }
    }
    if sections.contains(.events) {
      try await take(PrefectStatements.events, .event) { .event(try $0.event(renaming)) }
    }
  }

  private func takeBlocks(key: String?) async throws {
    try await take(PrefectStatements.blockTypes, .blockType) { .blockType($0.blockType) }
    var rows: [PrefectRow] = []
    try await database.each(PrefectStatements.blockSchemas) { rows += $0 }
    let schemas = BlockSchemaRows(rows)
    for row in rows {
      try await take(row, .blockSchema) { .blockSchema(schemas.schema($0)) }
    }
    try await database.each(PrefectStatements.blocks) { rows in
      if rows.isEmpty { return }
      let keys = try await PrefectKeys(given: key, in: database)
      for row in rows {
        try await take(row, .block) { row in
          .block(try row.block { token in try keys.open(token) })
        }
      }
    }
  }

  /// Takes in all rows of a statement.
  private func take(
    _ statement: Statement, _ kind: RecordKind, _ read: (PrefectRow) throws -> RecordContent?
  ) async throws {
    try await database.each(statement, since: kind.isPast ? .some(since) : nil) { rows in
      for row in rows { try await take(row, kind, read) }
    }
  }

  private func take(
    _ row: PrefectRow, _ kind: RecordKind, _ read: (PrefectRow) throws -> RecordContent?
  ) async throws {
    let name = row.text("name").isEmpty ? row.text("id") : row.text("name")
    let content: RecordContent
    do {
      guard let found = try read(row) else { return }
      content = found
    } catch let fault as RowFault {
      return target.tell(.refused, of: kind, at: name, fault.description)
    }
    try await target.take(ImportRecord(content: content, place: name))
  }

  private func takeAutomations() async throws {
    try await database.each(PrefectStatements.automations) { rows in
      for row in rows {
        let outcome: RecordImport.Outcome
        do {
          outcome = try await settle(try row.automation(renaming))
        } catch let status as Status where status.isAboutTheRecord {
          complain("martlet: automation \(row.text("name")): \(status.message)")
          outcome = status.code == .alreadyExists ? .different : .refused
        }
        automations[outcome, default: 0] += 1
      }
    }
  }

  private func settle(_ automation: Automation) async throws -> RecordImport.Outcome {
    let (client, namespace) = (target.client, target.namespace)
    return try await target.settle {
      _ = try await client.automations.createAutomation(
        CreateAutomationRequest(namespace: namespace, automation: automation))
    } orReplace: {
      _ = try await client.automations.updateAutomation(
        UpdateAutomationRequest(
          namespace: namespace, automation: automation,
          updateMask: [
            "name", "description", "tags", "trigger", "actions", "actions_on_trigger",
            "actions_on_resolve",
          ]))
    }
  }
}
