// Decides how many files the server may have open: as many as its connections need, as far as the system lets it; and
// that it takes no more connections than that allows, so that it refuses them in words and not in silence.

internal import Glibc

/// The limit of open files (`ulimit -n`).
enum OpenFiles {
  /// Files for all else: the database, the listener, the loops, logs, certificates.
  static let reserve = 256

  /// Raises the soft limit as far as that many connections need and the hard limit allows.
  ///
  /// - Returns: The soft limit that holds then; nil when the system does not tell.
  static func raise(for connections: Int) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    let wanted = min(rlim_t(clamping: connections) + rlim_t(reserve), limit.rlim_max)
    if limit.rlim_cur < wanted {
      let before = limit.rlim_cur
      limit.rlim_cur = wanted
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
        limit.rlim_cur = before
      }
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many connections so many files allow. Pure.
  static func connections(_ wanted: Int, openFiles: Int) -> Int {
    min(wanted, max(1, openFiles - reserve))
  }
}
