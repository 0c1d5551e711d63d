// Decides how a process is started that lives on without the one that started it: the leader of a session of its own,
// without a terminal, its output in a file, holding a lock by which others see that it lives. And how what it has
// started ends: with it, whatever process group or session that is in by then.

import CSpawn
import Glibc

/// Processes that outlive their parent.
enum DetachedProcess {
  /// Which descriptor holds the lock in the new process.
  static let lockDescriptor: Int32 = 3
  /// Which descriptor is its parent's stdout, when it is to have that.
  static let outputDescriptor: Int32 = 4

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: with the name that the program is to have, first.
  ///   - output: the file that is its stdout and stderr; cut off first.
  ///   - files: which of this process's open files it is to have, and as which; in this order. Its stdin is empty when it
  ///     is not among them.
  /// - Returns: its process id, which is that of its session.
  static func start(
    _ path: String, _ arguments: [String], environment: [String: String], output: String,
    files: [(own: Int32, its: Int32)]
  ) throws(ChildProcess.StartError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // These first: they may be where the output goes.
    for file in files { posix_spawn_file_actions_adddup2(&actions, file.own, file.its) }
    if !files.contains(where: { $0.its == STDIN_FILENO }) {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(
      &actions, max(STDERR_FILENO, files.map(\.its).max() ?? 0) + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    var defaults = sigset_t()
    sigfillset(&defaults)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(
      &attributes, martlet_spawn_setsid | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var pid: pid_t = 0
    let code = SpawnStrings.with(arguments.map(SpawnStrings.bytes)) { argv in
      SpawnStrings.with(SpawnStrings.environment(adding: environment)) { envp in
        posix_spawn(&pid, path, &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else { throw ChildProcess.StartError(code: code, command: path) }
    return pid
  }

  /// Waits for a child, blocking the thread.
  ///
  /// - Parameter beforeReaping: called when it has ended, while its process id is still nobody else's.
  static func wait(_ pid: pid_t, beforeReaping: () -> Void) -> JobExit.Ending {
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    beforeReaping()
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
  }

  /// Kills what a process has left behind: what carries its mark, wherever that has gone, and what is in its session.
  ///
  /// - Parameters:
  ///   - leader: the process; not killed itself.
  ///   - mark: what the environment of its descendants has, as `NAME=value`.
  ///   - isOurs: whether the process id is nobody else's yet, and thus the number of its session.
  static func killLeftovers(of leader: pid_t, withMark mark: String, isOurs: Bool) {
    // What is killed may have begun something meanwhile.
    for _ in 0..<100 {
      var found = false
      for name in LocalFiles.names(in: "/proc") {
        guard let pid = pid_t(name), pid != leader, pid != getpid(),
          isOurs && session(of: pid) == leader || hasMark(mark, pid)
        else { continue }
        found = kill(pid, SIGKILL) == 0 || found
      }
      if !found { return }
      sched_yield()
    }
  }

  /// The session of a living process; nil when there is no such process, or it has only to be reaped.
  static func session(of pid: pid_t) -> pid_t? {
    guard let bytes = LocalFiles.read("/proc/\(pid)/stat") else { return nil }
    // The name of the program stands in parentheses and may hold anything.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 3, fields[0] != "Z" else { return nil }
    return pid_t(fields[3])
  }

  private static func hasMark(_ mark: String, _ pid: pid_t) -> Bool {
    guard let bytes = LocalFiles.read("/proc/\(pid)/environ") else { return false }
    return bytes.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
  }
}
