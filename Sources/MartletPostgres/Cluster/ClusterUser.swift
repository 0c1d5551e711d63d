// Decides who Postgres runs as: this user, or under root a system user, since Postgres refuses root.

import Glibc

/// The system user that owns the cluster's data and runs its processes.
struct ClusterUser: Equatable {
  let uid: uid_t
  let gid: gid_t
  /// What to put in front of a command line to become the user; empty if this process is the user.
  let prefix: [String]

  /// This user, or under root the chosen one, `postgres` or `nobody`.
  static func find(_ chosen: String?) throws(ClusterError) -> ClusterUser {
    guard geteuid() == 0 else {
      return ClusterUser(uid: geteuid(), gid: getegid(), prefix: [])
    }
    let names = chosen.map { [$0] } ?? ["postgres", "nobody"]
    for name in names {
      guard let entry = getpwnam(name), entry.pointee.pw_uid != 0 else { continue }
      let (uid, gid) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
      return ClusterUser(uid: uid, gid: gid, prefix: try command(uid: uid, gid: gid, name: name))
    }
    throw .noUser("there is no user named \(names.joined(separator: " or "))")
  }

  private static func command(
    uid: uid_t, gid: gid_t, name: String
  ) throws(ClusterError) -> [String] {
    for directory in ["/usr/bin", "/bin", "/usr/sbin", "/sbin"] {
      let setpriv = directory + "/setpriv"
      // Busybox has a setpriv of its own, which cannot change the user.
      if access(setpriv, X_OK) == 0, LocalFile.target(setpriv)?.contains("busybox") != true {
        return [setpriv, "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
      }
      let runuser = directory + "/runuser"
      if access(runuser, X_OK) == 0 { return [runuser, "-u", name, "--"] }
    }
    throw .noUser("neither setpriv nor runuser is there to become \(name)")
  }

  /// Checks that the user may pass through every directory above a path.
  func checkAccess(to path: String) throws(ClusterError) {
    guard !prefix.isEmpty else { return }
    var directory = path
    while directory != "/" && directory != "." {
      directory = LocalFile.parent(directory)
      guard let status = LocalFile.status(directory) else { continue }
      let needed: mode_t = status.uid == uid ? 0o100 : status.gid == gid ? 0o010 : 0o001
      if status.mode & needed == 0 {
        throw .directory(
          "\(directory) is closed to the user with id \(uid), who has to run Postgres: "
            + "choose a --data-dir elsewhere, such as \(ClusterOptions.defaultDirectory)")
      }
    }
  }
}
