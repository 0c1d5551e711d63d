// Decides what can keep a private cluster from running, and what a person is told to do about it.

/// Why the private Postgres does not run.
public enum ClusterError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No Postgres server is installed.
  case noBinaries(searched: [String])
  /// The data directory was made by another major version than any that is installed.
  case wrongVersion(directory: String, version: Int, installed: [Int])
  /// Another server holds the data directory.
  case inUse(directory: String, pid: Int32?)
  /// Under root no other user is there to run Postgres, or no program to become that user.
  case noUser(String)
  /// A directory cannot be used; the text says which and why.
  case directory(String)
  /// A program ended with a failure; the text ends with its last lines.
  case program(String)
  /// The server did not become ready in time; the text ends with its last lines.
  case notReady(String)

  /// What happened and the remedy.
  public var description: String {
    switch self {
    case .noBinaries(let searched):
      return "no Postgres server is installed (looked in \(searched.joined(separator: ", "))): "
        + "apt-get install postgresql, or point --database-url at a running one"
    case .wrongVersion(let directory, let version, let installed):
      let found = installed.map(String.init).joined(separator: ", ")
      return "\(directory) was made by Postgres \(version), but only \(found) is installed: "
        + "apt-get install postgresql-\(version), or move the data with pg_upgrade"
    case .inUse(let directory, let pid):
      let holder = pid.map { "process \($0)" } ?? "another process"
      return "\(directory) is in use by \(holder): stop it, or choose another --data-dir"
    case .noUser(let why):
      return "Postgres refuses to run as root, and \(why): "
        + "start the server as an ordinary user, or apt-get install postgresql util-linux"
    case .directory(let why), .program(let why), .notReady(let why):
      return why
    }
  }
}
