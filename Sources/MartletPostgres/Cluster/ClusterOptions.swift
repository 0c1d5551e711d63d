// Decides what may be chosen about a private cluster, and where its data lives by default.

import Glibc

/// What to start.
public struct ClusterOptions: Sendable {
  /// Holds the cluster's data, its socket and the lock; made if it is missing.
  public var directory: String
  /// The directory of `postgres` and `initdb`; `nil`: found by ``ClusterBinaries``.
  public var binaries: String?
  /// The system user Postgres runs as when this process is root; `nil`: `postgres`, else `nobody`.
  public var user: String?
  /// The database to make and connect to.
  public var database = "martlet"
  /// False turns `fsync` off: for tests that throw the data away.
  public var isDurable = true
  /// More server settings; they win over ours.
  public var settings: [String: String] = [:]
  /// Longest wait for the server to be ready, recovery included.
  public var startTimeout = Duration.seconds(60)
  /// Longest wait for a predecessor's server to answer before it is ended.
  public var orphanTimeout = Duration.seconds(15)

  /// Chooses a directory and leaves the rest at its defaults.
  public init(directory: String) {
    self.directory = directory
  }

  /// `/var/lib/martlet` for root, else `$XDG_DATA_HOME/martlet` or `~/.local/share/martlet`.
  public static var defaultDirectory: String {
    if geteuid() == 0 { return "/var/lib/martlet" }
    if let data = getenv("XDG_DATA_HOME").map({ String(cString: $0) }), data.hasPrefix("/") {
      return data + "/martlet"
    }
    let home = getenv("HOME").map { String(cString: $0) } ?? "/tmp"
    return home + "/.local/share/martlet"
  }
}
