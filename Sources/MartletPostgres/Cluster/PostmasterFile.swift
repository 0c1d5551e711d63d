// Decides whether a data directory has a running server: what postmaster.pid says, checked against
// the processes that are really there, since process ids are used again.

import Glibc

/// The contents of `postmaster.pid` (src/include/utils/pidfile.h), of a server that is alive.
struct PostmasterFile: Equatable {
  let pid: pid_t
  /// The directory of the socket.
  let socket: String
  /// `starting`, `ready`, `stopping`, `standby`; empty before the server got that far.
  let status: String

  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let pid = pid_t(first), pid > 0 else { return nil }
    self.pid = pid
    socket = lines.count > 4 ? String(lines[4]) : ""
    status = lines.count > 7 ? String(lines[7].filter { $0 != " " }) : ""
  }

  /// The server of a data directory, if its process is alive.
  static func live(in data: String) -> PostmasterFile? {
    guard let text = LocalFile.read(data + "/postmaster.pid"), let file = PostmasterFile(text),
      isServer(file.pid, of: data)
    else { return nil }
    return file
  }

  /// True if a process works in the data directory, as all processes of its server do.
  static func isServer(_ pid: pid_t, of data: String) -> Bool {
    LocalFile.target("/proc/\(pid)/cwd") == data
  }

  /// All processes that work in the data directory: those of a server whose postmaster died, too.
  static func processes(of data: String) -> [pid_t] {
    LocalFile.names("/proc").compactMap { pid_t($0) }.filter { isServer($0, of: data) }
  }
}
