// Decides how it is told that a server cannot start: what is wrong and what to do about it.

internal import MartletHTTP
internal import MartletPostgres
internal import MartletStore

/// Why a server did not start.
public struct StartupError: Error, CustomStringConvertible {
  /// What is wrong and what to do, for people.
  public let description: String

  /// Says what is wrong.
  init(_ description: String) { self.description = description }

  /// Puts any error of the start into words.
  init(_ error: any Error, _ configuration: ServerConfiguration) {
    switch error {
    case HTTPBindError.addressInUse(let endpoint):
      description = """
        \(endpoint) is in use by another program.
        Ask who it is with `curl -s http://\(endpoint)/healthz`\
         or `ss -ltnp 'sport = :\(configuration.port)'`; stop it, or choose another port with --port.
        """
    case HTTPBindError.permissionDenied(let endpoint):
      description =
        "not allowed to listen on \(endpoint): choose a port above 1023 with --port"
    case let error as HTTPBindError: description = "\(error)"
    case let error as ClusterError: description = "\(error)"
    case let error as MigrationError:
      description = "\(error)\n\(configuration.database.whichOne)"
    case let error as PostgresError:
      description = "the database cannot be used: \(error.message)"
    case StoreError.unavailable(_, let message):
      description = "the database does not answer: \(message)"
    case let error as StartupError: description = error.description
    default: description = "\(error)"
    }
  }
}

extension ServerConfiguration.Database {
  /// Which database it is that does not suit, and how another is chosen.
  fileprivate var whichOne: String {
    switch self {
    case .url: "The database is the one that --database-url names."
    case .privateCluster(let directory):
      "The database is the server's own in \(directory): choose another directory with --data-dir."
    }
  }
}
