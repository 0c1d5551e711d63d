// Decides which installed Postgres is used: the one on PATH, else the newest; for existing data the
// one whose major version made it.

import Glibc

/// An installed Postgres server.
struct ClusterBinaries: Equatable {
  /// The oldest major version that is used.
  static let oldestVersion = 14

  /// The directory of `postgres` and `initdb`.
  let directory: String
  /// The major version, such as 15.
  let version: Int

  /// Picks an installation.
  /// - Parameter dataVersion: The major version that made the data, if there is data.
  static func find(
    in chosen: String?, dataVersion: Int?, dataDirectory: String
  ) throws(ClusterError) -> ClusterBinaries {
    let candidates = chosen.map { [$0] } ?? searchPath()
    var found: [ClusterBinaries] = []
    for directory in candidates where isComplete(directory) {
      guard let version = try version(of: directory), version >= oldestVersion else { continue }
      found.append(ClusterBinaries(directory: directory, version: version))
    }
    guard let first = found.first else { throw .noBinaries(searched: candidates) }
    guard let dataVersion else { return first }
    guard let match = found.first(where: { $0.version == dataVersion }) else {
      throw .wrongVersion(
        directory: dataDirectory, version: dataVersion, installed: found.map(\.version))
    }
    return match
  }

  /// PATH in its order, then the places of Debian and of the PGDG packages, newest first.
  private static func searchPath() -> [String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    var directories = path.split(separator: ":").map(String.init)
    let debian = LocalFile.names("/usr/lib/postgresql").compactMap { Int($0) }
    directories += debian.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
    let redHat = LocalFile.names("/usr").filter { $0.hasPrefix("pgsql-") }
      .compactMap { Int($0.dropFirst(6)) }
    directories += redHat.sorted(by: >).map { "/usr/pgsql-\($0)/bin" }
    directories.append("/usr/local/pgsql/bin")
    return directories
  }

  private static func isComplete(_ directory: String) -> Bool {
    ["postgres", "initdb"].allSatisfy { access("\(directory)/\($0)", X_OK) == 0 }
  }

  private static func version(of directory: String) throws(ClusterError) -> Int? {
    let (status, output) = try ChildProcess.run(["\(directory)/postgres", "--version"])
    guard status == 0 else { return nil }
    return parseVersion(output)
  }

  /// Reads `postgres (PostgreSQL) 15.20 (Debian …)`.
  static func parseVersion(_ text: String) -> Int? {
    guard let tail = text.split(separator: ")").dropFirst().first else { return nil }
    return Int(tail.drop { $0 == " " }.prefix { $0.isNumber })
  }
}
