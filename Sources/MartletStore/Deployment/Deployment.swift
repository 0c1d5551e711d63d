// Decides what is read of a deployment.

public import MartletModel
import MartletPostgres

/// A deployment as it is stored.
public struct Deployment: Sendable, Equatable {
  /// Its id.
  public var id: DeploymentID
  /// Its namespace.
  public var namespace: Namespace
  /// What people say of it, its schedules included.
  public var content: DeploymentContent
  /// Its schedules, with how far they are.
  public var schedules: [StoredSchedule]
  /// The current version.
  public var version: Int64
  /// The highest version so far.
  var lastVersion: Int64
  /// Who created it.
  public var createdBy: String
  /// Who changed it last.
  public var updatedBy: String
  /// When it was created.
  public var createTime: Instant
  /// When it was last changed.
  public var updateTime: Instant
  /// Another one after every change; never given twice.
  public var etag: Int64
  /// When it was read, by Postgres's clock.
  public var readTime: Instant

  /// By its id.
  var reference: DeploymentReference { .id(id) }

  /// Reads a row with the columns of `get_deployment`; schedules are read beside it.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    content = DeploymentContent(flow: try row.get(2), name: try row.get(3))
    content.description = try row.get(4)
    content.labels = try MartletStore.labels(row.get(5))
    content.isPaused = try row.get(6)
    version = try row.get(7)
    lastVersion = try row.get(8)
    let limit: Int64? = try row.optional(9)
    content.concurrencyLimit = limit.map { Int32(clamping: $0) }
    content.collision = CollisionStrategy(rawValue: try row.get(10)) ?? .enqueue
    createdBy = try row.get(11)
    updatedBy = try row.get(12)
    createTime = try row.get(13)
    updateTime = try row.get(14)
    etag = try row.get(15)
    content.spec = try DeploymentSpec(row: row.get(16))
    readTime = try row.get(17)
    schedules = []
  }

  /// Takes the schedules that were read beside the row.
  mutating func take(_ stored: [StoredSchedule]) {
    schedules = stored
    content.schedules = stored.map(\.schedule.spec)
  }
}

/// A version of a deployment.
public struct DeploymentVersion: Sendable, Equatable {
  /// From 1.
  public var number: Int64
  /// What its runs are.
  public var spec: DeploymentSpec
  /// Who made it.
  public var createdBy: String
  /// When it was made.
  public var createTime: Instant
  /// Whether it is the current one.
  public var isCurrent: Bool

  /// Reads a row of `list_deployment_versions`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    number = try row.get(0)
    spec = try DeploymentSpec(row: row.get(1))
    createdBy = try row.get(2)
    createTime = try row.get(3)
    isCurrent = try row.get(4)
  }
}

extension DeploymentTarget {
  /// Reads a row of `find_deployment_target`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    self.init(
      id: try row.get(0), flow: try row.get(1), name: try row.get(2), version: try row.get(3),
      spec: try DeploymentSpec(row: row.get(4)), poolID: try row.get(5), queueID: try row.get(6))
  }
}

extension DeploymentSpec {
  /// Reads the text of a row.
  init(row text: String) throws(PostgresError) {
    do { try self.init(stored: text) } catch {
      throw PostgresError(.decodingError, "the text of a deployment's version: \(error)")
    }
  }
}
