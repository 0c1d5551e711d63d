// Decides what the rest of the program sees of a private Postgres: start it, connect to it, stop it.

public import Logging

/// A Postgres server of this program's own, reached through a Unix socket that only its owner may
/// open. If its postmaster dies it is started again; if this process is killed, the next one that
/// starts on the same directory adopts the server that is left.
public final class PrivateCluster: Sendable {
  /// How to connect to it, with default settings.
  public let configuration: PostgresConfiguration
  /// True if a predecessor's server was found running and taken over.
  public let isAdopted: Bool
  private let supervisor: ClusterSupervisor

  private init(_ supervisor: ClusterSupervisor, isAdopted: Bool) throws {
    self.supervisor = supervisor
    self.isAdopted = isAdopted
    configuration = try supervisor.configuration(database: supervisor.options.database)
  }

  /// Starts the server, or adopts the one that runs, and makes the database if it is missing.
  ///
  /// The first start on an empty directory makes the data (`initdb`). Under root everything runs as a
  /// system user.
  /// - Throws: ``ClusterError``, whose description tells what to do.
  public static func start(
    _ options: ClusterOptions, logger: Logger
  ) async throws -> PrivateCluster {
    try await withCheckedThrowingContinuation { continuation in
      let isStarted = Thread.detach(name: "pg-cluster") {
        let supervisor: ClusterSupervisor
        do {
          supervisor = try ClusterSupervisor(options, logger: logger)
          let isAdopted = try supervisor.launch()
          continuation.resume(
            returning: try PrivateCluster(supervisor, isAdopted: isAdopted))
        } catch {
          continuation.resume(throwing: error)
          return
        }
        supervisor.watch()
      }
      precondition(isStarted, "the system has no thread for the private Postgres")
    }
  }

  /// The process id of the postmaster; changes when it had to be started again.
  public var postmasterPID: Int32? { supervisor.postmasterPID }

  /// A configuration for another database of the cluster.
  public func configuration(database: String) throws -> PostgresConfiguration {
    try supervisor.configuration(database: database)
  }

  /// Stops the server: sessions are ended and the data is written out. If that takes longer than the
  /// time-out, the server is stopped hard and recovers at its next start. Nothing acknowledged is
  /// lost either way. Close connections first.
  public func stop(timeout: Duration = .seconds(20)) async {
    await supervisor.stop(timeout)
  }
}
