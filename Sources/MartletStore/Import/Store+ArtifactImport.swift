// Decides how artifacts of elsewhere come in: with their times, and in their series by these.

public import MartletModel
import MartletPostgres

/// An artifact of elsewhere.
public struct ImportedArtifact: Sendable, Equatable {
  /// What it is.
  public var artifact: NewArtifact
  /// When it was put first.
  public var createTime: Instant
  /// When its content was last replaced.
  public var updateTime: Instant

  /// Puts it together.
  public init(_ artifact: NewArtifact, createTime: Instant, updateTime: Instant) {
    self.artifact = artifact
    self.createTime = createTime
    self.updateTime = updateTime
  }
}

/// What became of an artifact of elsewhere.
public enum ArtifactImportAnswer: Sendable, Equatable {
  /// It is there now.
  case imported
  /// It was there before, the same.
  case unchanged
  /// Another artifact has its id, in this namespace or another.
  case taken
  /// Its run was deleted here.
  case deleted
}

extension Store {
  /// The most artifacts that come in together.
  public static let mostImportedArtifacts = 200

  /// Refuses an artifact of elsewhere that cannot be kept.
  /// - Throws: `invalid`, which names the field.
  public static func check(_ imported: ImportedArtifact) throws(StoreError) {
    try check(imported.artifact)
    for (time, field) in [(imported.createTime, "create"), (imported.updateTime, "update")]
    where !RunLimits.times.contains(time) {
      throw .invalid(field: "artifact.\(field)_time", why: "is outside the years 1 to 9999")
    }
    if imported.updateTime < imported.createTime {
      throw .invalid(field: "artifact.update_time", why: "is before create_time")
    }
  }

  /// Takes artifacts in, whose values were checked. They are answered in the order given; of those with the same id the
  /// first counts, and the others are compared with it.
  public func importArtifacts(
    _ artifacts: [ImportedArtifact], in namespace: Namespace, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [ArtifactImportAnswer] {
    var seen: Set<ObjectID> = []
    let rows = artifacts.filter { seen.insert($0.artifact.id).inserted }
      .sorted { $0.artifact.id < $1.artifact.id }
    let runs = Set(rows.compactMap(\.artifact.runID)).sorted()
    let keys = Set(rows.compactMap(\.artifact.key)).sorted()
    let (new, same, removed) = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        for run in runs { try pipeline.execute(SQL.holdArtifactRun) { $0.bind(run) } }
        let inserting = try pipeline.execute(SQL.importArtifacts) {
          $0.bind(namespace)
          $0.bind(actor)
          $0.bindContent(of: rows.map(\.artifact))
          $0.bindArray(count: rows.count) { rows[$0].createTime }
          $0.bindArray(count: rows.count) { rows[$0].updateTime }
        }
        let comparing = try pipeline.execute(SQL.findSameArtifacts) {
          $0.bind(namespace)
          $0.bindContent(of: artifacts.map(\.artifact))
        }
        let finding = try pipeline.execute(SQL.findRemovedRuns) { $0.bindArray(runs) }
        if !keys.isEmpty {
          for statement in [SQL.setVersionsAside, SQL.orderVersions] {
            try pipeline.execute(statement) {
              $0.bind(namespace)
              $0.bindArray(keys)
            }
          }
        }
        let new = try pipeline.receive(inserting)
          .map { row throws(PostgresError) in try row.get(0, as: ObjectID.self) }
        let same = try pipeline.receive(comparing)
          .map { row throws(PostgresError) in Int(try row.get(0, as: Int64.self)) }
        let removed = try pipeline.receive(finding)
          .map { row throws(PostgresError) in try row.get(0, as: RunID.self) }
        return (Set(new), Set(same), Set(removed))
      }
    }
    var left = new
    return artifacts.enumerated().map { place, imported in
      let artifact = imported.artifact
      if let run = artifact.runID, removed.contains(run) { return .deleted }
      if left.remove(artifact.id) != nil { return .imported }
      return same.contains(place) ? .unchanged : .taken
    }
  }
}

extension ParameterBuffer {
  /// Binds what an artifact is.
  fileprivate mutating func bindContent(of rows: [NewArtifact]) {
    bindArray(count: rows.count) { rows[$0].id }
    bindArray(of: String.self, count: rows.count) { rows[$0].key }
    bindArray(of: RunID.self, count: rows.count) { rows[$0].runID }
    bindArray(count: rows.count) { rows[$0].mediaType }
    bindArray(count: rows.count) { rows[$0].title }
    bindArray(count: rows.count) { rows[$0].description }
    bindArray(count: rows.count) { rows[$0].body }
    bindArray(count: rows.count) { json(rows[$0].labels) }
  }
}
