// Decides whether something still runs in a process group whose leader has ended: a shell may end at once while what it
// started takes the time that it was given.

import Glibc

/// A process group, looked at from outside.
enum ProcessGroup {
  /// Whether a process of the group runs, besides its leader.
  static func hasOthers(than leader: pid_t) -> Bool {
    LocalFiles.names(in: "/proc").contains { name in
      guard let process = pid_t(name), process != leader,
        let bytes = LocalFiles.read("/proc/\(process)/stat")
      else { return false }
      // The name before the state may hold anything, brackets too.
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
        .split(separator: " ")
      guard let fields, fields.count > 2 else { return false }
      return pid_t(fields[2]) == leader && fields[0] != "Z" && fields[0] != "X"
    }
  }
}
