// Decides one transaction that takes runs of elsewhere in: it looks what is there, then writes every row of those that are
// not, and compares those that are.

public import MartletModel
import MartletPostgres

/// What became of a run of elsewhere.
public enum ImportAnswer: Sendable, Equatable {
  /// It is there now.
  case imported
  /// It was there before, the same.
  case unchanged
  /// Another run has its id, in this namespace or another.
  case taken
  /// It was deleted here.
  case deleted
  /// The run that it names as the enclosing one is of another namespace.
  case foreignParent(RunID)
  /// The enclosing run is there, and its outermost one is this.
  case otherRoot(RunID)
  /// It would enclose itself.
  case circular
  /// A value of it cannot be stored.
  case invalid(field: String, why: String)
}

/// One attempt to take runs in, which are all of one namespace, in id order, each once.
struct ImportTransaction {
  let runs: [ImportedRun]
  let namespace: Namespace
  let flows: FlowRegistry
  let now: Instant

  /// Looks, writes, commits.
  /// - Throws: `PostgresError`; nothing is written then.
  func run(on connection: PostgresConnection) throws -> [ImportAnswer] {
    try connection.pipeline { pipeline in
      try pipeline.begin()
      let (found, fresh) = try look(on: pipeline)
      var answers = found
      let there = answers.indices.filter { answers[$0] == .unchanged }.map { runs[$0] }
      let comparing = there.isEmpty ? nil : try compare(there, on: pipeline)
      var registered: [FlowRegistry.Key] = []
      if !fresh.isEmpty {
        let writes = ImportWrites(runs: fresh, namespace: namespace)
        registered = flows.unknown(writes.flows, now: now)
        try writes.send(flows: registered, now: now, on: pipeline)
      }
      try pipeline.commit()
      if let comparing {
        let same = Set(
          try pipeline.receive(comparing).map { row throws(PostgresError) in
            try row.get(0, as: RunID.self)
          })
        for index in answers.indices
        where answers[index] == .unchanged && !same.contains(runs[index].id) {
          answers[index] = .taken
        }
      }
      try pipeline.finish()
      flows.remember(registered, now: now)
      return answers
    }
  }

  /// What is there; those that are there are unchanged until they are compared. Then those that are not, with their roots.
  /// Where runs above them are not there, it looks again when no other import of such runs goes on: of two that know
  /// nothing of each other each could bring what makes the other's runs enclose themselves.
  private func look(
    on pipeline: borrowing Pipeline, isAlone: Bool = false
  ) throws -> (answers: [ImportAnswer], fresh: [ImportedRun]) {
    let looking = try pipeline.execute(SQL.findImported) {
      $0.bindArray(count: runs.count) { runs[$0].id }
      $0.bindArray(of: RunID.self, count: runs.count) { runs[$0].content.parentID }
    }
    var answers: [ImportAnswer] = []
    var family = ImportedFamily()
    try pipeline.receive(looking).forEach { row throws(PostgresError) in
      let run = runs[answers.count]
      let answer = try answer(run, row)
      answers.append(answer)
      if answer == .imported {
        let root: RunID? = try row.optional(3)
        family.add(
          run, root: root, missing: root == nil ? run.content.parentID : try row.optional(4))
      }
    }
    if family.isLoose, !isAlone {
      _ = try pipeline.query(SQL.lockLooseRuns) { $0.bind(namespace) }
      return try look(on: pipeline, isAlone: true)
    }
    let circular = family.settle()
    for index in answers.indices where circular.contains(runs[index].id) {
      answers[index] = .circular
    }
    return (answers, family.runs)
  }

  private func answer(
    _ run: ImportedRun, _ row: borrowing PostgresRow
  ) throws(PostgresError) -> ImportAnswer {
    if try row.get(0, as: Bool.self) { return .unchanged }
    if try row.get(1, as: Bool.self) { return .deleted }
    guard let parent = run.content.parentID, let home: Namespace = try row.optional(2) else {
      return .imported
    }
    if home != namespace { return .foreignParent(parent) }
    if let root: RunID = try row.optional(3), root != run.snapshot.rootID, run.knowsRoot {
      return .otherRoot(root)
    }
    return .imported
  }

  private func compare(
    _ there: [ImportedRun], on pipeline: borrowing Pipeline
  ) throws -> Pipeline.Ticket {
    let entries = there.flatMap(\.transitions)
    return try pipeline.execute(SQL.findSameRuns) {
      $0.bindArray(count: there.count) { there[$0].id }
      $0.bindArray(count: there.count) { there[$0].content.kind }
      $0.bindArray(count: there.count) { there[$0].content.definition }
      $0.bindArray(of: RunID.self, count: there.count) { there[$0].content.parentID }
      $0.bindArray(of: PostgresJSON.self, count: there.count) { there[$0].content.parameterJSON }
      $0.bindArray(count: there.count) { there[$0].createTime }
      $0.bindArray(count: there.count) { there[$0].snapshot.revision }
      $0.bindArray(count: there.count) { there[$0].snapshot.stateType }
      $0.bindArray(count: there.count) { there[$0].snapshot.transitionTime }
      $0.bind(namespace)
      $0.bindArray(count: entries.count) { entries[$0].runID }
      $0.bindArray(count: entries.count) { entries[$0].revision }
      $0.bindArray(count: entries.count) { entries[$0].to.type }
      $0.bindArray(count: entries.count) { entries[$0].to.name }
      $0.bindArray(count: entries.count) { entries[$0].to.message }
      $0.bindArray(of: PostgresJSON.self, count: entries.count) {
        entries[$0].to.json.map { PostgresJSON($0.text) }
      }
      $0.bindArray(count: entries.count) { entries[$0].time }
    }
  }
}
