// Decides how other programs are started: nothing of ours leaks into them, and a terminal's Ctrl-C
// does not reach those that have to outlive it.

import CPostgres
import Glibc

/// Starts programs with `posix_spawn`.
enum ChildProcess {
  /// `POSIX_SPAWN_SETSID`, which glibc shows only under `_GNU_SOURCE`.
  private static let newSession: Int32 = 0x80

  /// Starts a program in a session of its own, with no descriptor but the standard ones.
  /// - Parameter output: The descriptor that becomes its standard output and error.
  static func spawn(
    _ arguments: [String], output: Int32, directory: String? = nil
  ) throws(ClusterError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | newSession
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let argv = arguments.map { strdup($0) } + [nil]
    let environment = environment().map { strdup($0) } + [nil]
    defer { for text in argv + environment { free(text) } }
    var pid = pid_t()
    let status = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, environment)
    guard status == 0 else {
      throw .program("cannot start \(arguments[0]): \(String(cString: strerror(status)))")
    }
    return pid
  }

  /// Runs a program to its end.
  /// - Returns: its exit code (128 + n for signal n) and what it wrote.
  static func run(_ arguments: [String]) throws(ClusterError) -> (status: Int32, output: String) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .program("pipe: \(LocalFile.failure)") }
    for end in ends { _ = martlet_close_on_exec(end) }
    defer { close(ends[0]) }
    let pid: pid_t
    do {
      pid = try spawn(arguments, output: ends[1])
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    let output = LocalFile.readAll(ends[0])
    return (reap(pid), output)
  }

  /// Waits for a child to end and returns its exit code (128 + n for signal n).
  static func reap(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// What a Postgres program needs to know of ours: no `PG*`, which would change what it does, and
  /// the C locale, so that messages can be read by anyone.
  private static func environment() -> [String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return ["PATH=\(path)", "LC_ALL=C", "TZ=UTC", "HOME=/"]
  }
}
