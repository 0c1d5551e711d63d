// Decides how artifacts are put, found and deleted: versions of a key, or things that stand alone.

public import MartletModel
import MartletPostgres

/// What is left for people: a document, a table, a picture.
public struct Artifact: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Artifacts with the same key are versions of one thing; nil stands alone.
  public var key: String?
  /// 1, 2, 3… of the key; 1 without one.
  public var version: Int64
  /// The run that left it; nil when none did.
  public var runID: RunID?
  /// The media type of the body: `text/markdown`.
  public var mediaType: String
  /// A line for lists.
  public var title: String
  /// What it is, for people.
  public var description: String
  /// The bytes; empty in lists that do not ask for them.
  public var body: [UInt8]
  /// The number of bytes, also where the body is left out.
  public var size: Int64
  /// Labels, for filters.
  public var labels: [String: String]
  /// Who put it.
  public var createdBy: String
  /// When it was put first.
  public var createTime: Instant
  /// When its content was last replaced.
  public var updateTime: Instant
  /// Raised by every edit.
  public var etag: Int64
}

/// An artifact to put.
public struct NewArtifact: Sendable, Equatable {
  /// Its id, which makes a repeat harmless.
  public var id: ObjectID
  /// The key it is a version of; nil stands alone.
  public var key: String?
  /// The run that leaves it.
  public var runID: RunID?
  /// The media type of the body.
  public var mediaType: String
  /// A line for lists.
  public var title: String
  /// What it is, for people.
  public var description: String
  /// The bytes, at most 4 MiB.
  public var body: [UInt8]
  /// Labels, for filters.
  public var labels: [String: String]

  /// Makes an artifact to put.
  public init(
    id: ObjectID = .random(), key: String? = nil, runID: RunID? = nil, mediaType: String,
    title: String = "", description: String = "", body: [UInt8], labels: [String: String] = [:]
  ) {
    self.id = id
    self.key = key
    self.runID = runID
    self.mediaType = mediaType
    self.title = title
    self.description = description
    self.body = body
    self.labels = labels
  }
}

extension Store {
  /// The largest body of an artifact, in bytes.
  public static let largestArtifact = 4 << 20

  /// Puts an artifact: the next version of its key. The same id again replaces the content.
  /// - Throws: `alreadyExists` if the id is taken in another namespace, for another key or by another
  ///   run; `invalid`; `failedPrecondition` if the run was deleted.
  public func putArtifact(
    _ new: NewArtifact, in namespace: Namespace, actor: String,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Artifact {
    try Self.check(new)
    let put = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        if let run = new.runID { try pipeline.execute(SQL.holdArtifactRun) { $0.bind(run) } }
        return try pipeline.query(SQL.insertArtifact) {
          $0.bind(new.id)
          $0.bind(namespace)
          $0.bind(new.key)
          $0.bind(new.runID)
          $0.bind(new.mediaType)
          $0.bind(new.title)
          $0.bind(new.description)
          $0.bind(new.body)
          $0.bind(json(new.labels))
          $0.bind(actor)
        }.first { row throws(PostgresError) in try Artifact(row) }
      }
    }
    if let put { return put }
    if let run = new.runID,
      try await !removals(of: [run], in: namespace, deadline: deadline).isEmpty
    {
      throw .runDeleted(run)
    }
    if let there = try await findArtifact(new.id, in: namespace, deadline), there.key == new.key,
      there.runID == new.runID
    {
      return there
    }
    throw .alreadyExists(resource: "artifact", name: "\(new.id)")
  }

  /// Refuses an artifact that cannot be kept.
  /// - Throws: `invalid`, which names the field.
  static func check(_ new: NewArtifact) throws(StoreError) {
    try checkText(new.key ?? "-", field: "artifact.key", limit: RunLimits.name)
    if new.key == "" { throw .invalid(field: "artifact.key", why: "is empty") }
    try checkText(new.mediaType, field: "artifact.media_type", limit: RunLimits.word)
    if new.mediaType.isEmpty { throw .invalid(field: "artifact.media_type", why: "is empty") }
    try checkText(new.title, field: "artifact.title", limit: RunLimits.name)
    try checkText(new.description, field: "artifact.description", limit: RunLimits.message)
    try checkLabels(new.labels, field: "artifact.labels")
    guard new.body.count <= largestArtifact else {
      throw .invalid(
        field: "artifact.body", why: "is \(new.body.count) bytes: at most \(largestArtifact)")
    }
  }

  /// Reads one artifact with its body.
  /// - Throws: `notFound`.
  public func artifact(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Artifact {
    guard let artifact = try await findArtifact(id, in: namespace, deadline) else {
      throw .notFound(resource: "artifact", name: "\(id)")
    }
    return artifact
  }

  /// Reads the newest version of a key with its body.
  /// - Throws: `notFound`.
  public func latestArtifact(
    _ key: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Artifact {
    let found = try await read(deadline) { connection in
      try connection.query(SQL.getLatestArtifact) {
        $0.bind(namespace)
        $0.bind(key)
      }.first { row throws(PostgresError) in try Artifact(row) }
    }
    guard let found else { throw .notFound(resource: "artifact", name: key) }
    return found
  }

  /// Lists artifacts, newest first.
  public func listArtifacts(
    _ query: ArtifactQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Artifact] {
    try await read(deadline) { connection in
      try connection.query(SQL.listArtifacts) {
        query.bind(to: &$0)
        $0.bind(query.includesBodies)
        $0.bind(query.after)
        $0.bind(query.order.rawValue)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try Artifact(row) }
    }
  }

  /// Counts the artifacts that a question takes, whatever its page.
  public func countArtifacts(
    _ query: ArtifactQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int64 {
    try await read(deadline) { connection in
      try connection.query(SQL.countArtifacts) { query.bind(to: &$0) }
        .first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }

  /// Deletes one artifact; other versions of its key stay.
  /// - Throws: `notFound`.
  public func deleteArtifact(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let deleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteArtifact) {
        $0.bind(namespace)
        $0.bind(id)
      }.count > 0
    }
    if !deleted { throw .notFound(resource: "artifact", name: "\(id)") }
  }

  private func findArtifact(
    _ id: ObjectID, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Artifact? {
    try await read(deadline) { connection in
      try connection.query(SQL.getArtifact) {
        $0.bind(namespace)
        $0.bind(id)
      }.first { row throws(PostgresError) in try Artifact(row) }
    }
  }
}

extension Artifact {
  /// Reads a row with the columns of `get_artifact`.
  fileprivate init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    key = try row.optional(2)
    version = try row.get(3)
    runID = try row.optional(4)
    mediaType = try row.get(5)
    title = try row.get(6)
    description = try row.get(7)
    body = try row.get(8)
    labels = try MartletStore.labels(row.get(9))
    createdBy = try row.get(10)
    createTime = try row.get(11)
    etag = try row.get(12)
    size = try row.get(13)
    updateTime = try row.get(14)
  }
}
