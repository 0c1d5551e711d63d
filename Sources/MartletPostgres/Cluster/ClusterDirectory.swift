// Decides where a private cluster keeps what: data, socket, log and lock, and who may look at them.

import Glibc

/// The layout of a cluster's directory.
struct ClusterDirectory {
  /// Longest path of a Unix socket: `sun_path` holds 108 bytes with its NUL.
  static let longestSocketPath = 107
  /// The number in the socket's name; nothing listens on a port.
  static let port = 5432

  /// The directory itself, without symbolic links.
  let path: String
  /// Postgres's data directory.
  let data: String
  /// The directory of the socket, open to the owner only.
  let socket: String
  /// What the server's processes write.
  let log: String
  /// Locked as long as a server uses the directory.
  let lock: String

  /// Makes the directory if it is missing; the user must be able to reach it.
  init(_ directory: String, user: ClusterUser) throws(ClusterError) {
    try LocalFile.makeDirectories(directory, mode: user.prefix.isEmpty ? 0o700 : 0o755)
    guard let path = LocalFile.resolved(directory), LocalFile.status(path)?.isDirectory == true
    else { throw .directory("\(directory) is not a directory") }
    self.path = path
    data = path + "/postgres"
    log = path + "/postgres.log"
    lock = path + "/server.lock"
    socket = ClusterDirectory.socketDirectory(for: path, uid: user.uid)
    try user.checkAccess(to: data)
  }

  /// `run` inside the directory, or a short path in /tmp when that would be too long for a socket.
  static func socketDirectory(for path: String, uid: uid_t) -> String {
    let inside = path + "/run"
    if inside.utf8.count + "/.s.PGSQL.\(port)".utf8.count <= longestSocketPath { return inside }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "/tmp/martlet-\(uid)-\(String(hash, radix: 36))"
  }

  /// Makes the socket's directory, or checks that the one there is ours alone.
  func prepareSocket(for user: ClusterUser) throws(ClusterError) {
    if mkdir(socket, 0o700) == 0 {
      guard chown(socket, user.uid, user.gid) == 0 else {
        throw .directory("cannot give \(socket) to the user with id \(user.uid)")
      }
      return
    }
    guard let status = LocalFile.status(socket), status.isDirectory, status.uid == user.uid,
      status.mode & 0o077 == 0
    else {
      throw .directory(
        "\(socket) is there already and not a directory that only the user with id \(user.uid) "
          + "may enter: remove it")
    }
  }

  /// What a postmaster leaves when it is killed. Each names its process.
  var lockFiles: [String] {
    let name = socket + "/.s.PGSQL.\(ClusterDirectory.port)"
    return [data + "/postmaster.pid", name + ".lock", name]
  }

  /// The major version that made the data; `nil` if there is none.
  var dataVersion: Int? {
    guard let text = LocalFile.read(data + "/PG_VERSION") else { return nil }
    return Int(text.prefix { $0.isNumber })
  }

  /// The last lines of the log from an offset, for an error message.
  func logTail(from offset: Int) -> String {
    let lines = (LocalFile.read(log, from: offset) ?? "").split(separator: "\n")
    return lines.suffix(8).joined(separator: "\n")
  }
}
