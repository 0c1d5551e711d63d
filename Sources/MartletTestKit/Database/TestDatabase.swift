// Decides that tests share nothing: each has a database of its own, copied from a template if it
// wants a schema in it.

import Glibc
public import MartletPostgres
import Synchronization

/// A database for one test.
public struct TestDatabase: Sendable {
  /// Its name.
  public let name: String
  /// How to connect to it, with default settings.
  public let configuration: PostgresConfiguration
  private let cluster: TestCluster

  private static let counter = Atomic<Int>(0)

  /// Makes an empty database on the shared cluster, or on another one.
  public static func make(on cluster: TestCluster? = nil) async throws -> TestDatabase {
    try await make(template: "template0", on: cluster)
  }

  /// Makes a copy of a template that was made once per process.
  public static func make(_ template: TestTemplate) async throws -> TestDatabase {
    let cluster = try await TestCluster.shared
    return try await make(template: template.prepared(on: cluster), on: cluster)
  }

  private static func make(
    template: String, on chosen: TestCluster?
  ) async throws -> TestDatabase {
    let cluster: TestCluster
    if let chosen { cluster = chosen } else { cluster = try await TestCluster.shared }
    let name = "test_\(counter.add(1, ordering: .relaxed).newValue)"
    try await administer(
      cluster, "CREATE DATABASE \(name) TEMPLATE \(SQLText.identifier(template))")
    return TestDatabase(
      name: name, configuration: try cluster.cluster.configuration(database: name),
      cluster: cluster)
  }

  /// Ends the database's sessions and removes it.
  public func drop() async {
    try? await TestDatabase.administer(
      cluster, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// Runs a test with a database that is dropped afterwards.
  public static func with<Result>(
    _ template: TestTemplate? = nil, _ body: (TestDatabase) async throws -> Result
  ) async throws -> Result {
    let database: TestDatabase
    if let template {
      database = try await make(template)
    } else {
      database = try await make()
    }
    do {
      let result = try await body(database)
      await database.drop()
      return result
    } catch {
      await database.drop()
      throw error
    }
  }

  /// Opens a connection on the calling thread, which it blocks while it waits.
  public func connect() throws -> PostgresConnection {
    try PostgresConnection(configuration)
  }

  /// The Unix socket of its server.
  public var socketPath: String { cluster.directory + "/run/.s.PGSQL.5432" }

  static func administer(_ cluster: TestCluster, _ sql: String) async throws {
    let configuration = try cluster.cluster.configuration(database: "postgres")
    try await BlockingThread.run {
      try PostgresConnection(configuration).script(sql)
    }
  }
}

/// A schema that many tests copy.
public final class TestTemplate: Sendable {
  private let name: String
  private let setUp: @Sendable (PostgresConnection) throws -> Void
  private let making = Locked<Task<String, any Error>?>(nil)

  /// Describes a template; it is made at its first use. Keep it in a `static let`.
  public init(_ name: String, setUp: @escaping @Sendable (PostgresConnection) throws -> Void) {
    self.name = "template_" + name
    self.setUp = setUp
  }

  func prepared(on cluster: TestCluster) async throws -> String {
    let task = making.withLock { task in
      if let task { return task }
      let new = Task { [name, setUp] in
        try await TestDatabase.administer(
          cluster, "CREATE DATABASE \(SQLText.identifier(name)) TEMPLATE template0")
        let configuration = try cluster.cluster.configuration(database: name)
        // The connection is closed at the end of the closure: a template must have no sessions.
        try await BlockingThread.run {
          let connection = try PostgresConnection(configuration)
          try setUp(connection)
        }
        return name
      }
      task = new
      return new
    }
    return try await task.value
  }
}
