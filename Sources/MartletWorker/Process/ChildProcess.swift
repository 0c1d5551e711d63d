// Decides how a command is started and ended: in a process group of its own, so that a signal reaches everything it
// started; with the terminal when there is one; its output through pipes.

import CSpawn
import Glibc
import Synchronization

/// A started command.
package final class ChildProcess: Sendable {
  /// How a process ended.
  package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)

    /// The code a shell would give.
    package var code: Int32 {
      switch self {
      case .exited(let code): code
      case .signalled(let signal): 128 + signal
      }
    }
  }

  /// Why a command could not be started.
  package struct StartError: Error, CustomStringConvertible {
    /// The system's error.
    package let code: Int32
    /// The command.
    package let command: String
    /// One line for people.
    package var description: String {
      "cannot start \(command): \(String(cString: strerror(code)))"
    }
    /// The code a shell would give.
    package var exitCode: Int32 { code == ENOENT ? 127 : 126 }
  }

  /// Where what a command writes goes, beside the lines that are read of it.
  package enum Output: Sendable {
    /// Where this process writes; a command whose reader goes away learns of it.
    case passed
    /// To a descriptor, as long as somebody reads there.
    case copied(Int32)
    /// Nowhere.
    case logged
  }

  /// What it writes.
  package let output: OutputPipes
  private let pid: pid_t
  private let hasTerminal: Bool
  private let life = Mutex(Life())

  private struct Life: Sendable {
    var hasEnded = false
    var isDoomed = false
    var isKilled = false

    /// Whether what is left of the group has time to end by itself.
    var hasGrace: Bool { isDoomed && !isKilled }
  }

  private init(pid: pid_t, output: OutputPipes, hasTerminal: Bool) {
    self.pid = pid
    self.output = output
    self.hasTerminal = hasTerminal
  }

  /// Starts a command found by `PATH`.
  ///
  /// - Parameters:
  ///   - arguments: the command and its arguments, as bytes without an end.
  ///   - environment: added to this process's own.
  ///   - directory: where it works; nil for where this process does.
  ///   - ignored: the signals that the command shall ignore; all others do what they do by default.
  ///   - output: where what it writes goes, beside the lines.
  package static func start(
    _ arguments: [[CChar]], environment: [String: String], directory: String? = nil,
    ignored: Set<Int32> = [], output destination: Output = .passed
  ) throws(StartError) -> ChildProcess {
    let name = String(decoding: arguments[0].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var pipes: [[Int32]] = [[-1, -1], [-1, -1]]
    for index in pipes.indices {
      guard pipe(&pipes[index]) == 0 else {
        let code = errno
        for end in pipes.joined() where end >= 0 { close(end) }
        throw StartError(code: code, command: name)
      }
      for end in pipes[index] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[0][1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes[1][1], STDERR_FILENO)
    GivenDescriptors.closeOthers(&actions)
    if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    var defaults = sigset_t()
    sigfillset(&defaults)
    for number in ignored { sigdelset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var pid: pid_t = 0
    let code = SpawnStrings.with(arguments) { argv in
      SpawnStrings.with(SpawnStrings.environment(adding: environment)) { envp in
        argv[0].map { posix_spawnp(&pid, $0, &actions, &attributes, argv, envp) } ?? ENOENT
      }
    }
    for pipe in pipes { close(pipe[1]) }
    guard code == 0 else {
      for pipe in pipes { close(pipe[0]) }
      throw StartError(code: code, command: name)
    }
    // The terminal belongs to the group in front: Ctrl-C then reaches the command, as without us. What is behind may
    // write to it all the same; a command that asked for it too early goes on.
    let hasTerminal = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
    if hasTerminal {
      Glibc.signal(SIGTTOU, SIG_IGN)
      tcsetpgrp(STDIN_FILENO, pid)
      kill(-pid, SIGCONT)
    }
    let output = OutputPipes([
      .init(from: pipes[0][0], to: destination.descriptor(STDOUT_FILENO), name: "stdout"),
      .init(from: pipes[1][0], to: destination.descriptor(STDERR_FILENO), name: "stderr"),
    ])
    return ChildProcess(pid: pid, output: output, hasTerminal: hasTerminal)
  }

  /// Sends a signal to the command and everything in its group, unless the command has ended.
  package func signal(_ number: Int32) {
    life.withLock { life in
      if life.hasEnded { return }
      if number == SIGKILL { life.isKilled = true }
      kill(-pid, number)
    }
  }

  /// Has the command end with all of its group: whoever dooms it kills it after a grace, which is also that of what the
  /// command leaves behind.
  package func doom() { life.withLock { $0.isDoomed = true } }

  /// Waits for the end of the command on a thread of its own.
  package func wait() async -> Ending {
    await withCheckedContinuation { continuation in
      DetachedThread.start { continuation.resume(returning: self.reap()) }
    }
  }

  // What a command left with whose end nobody saw.
  private static let unknownCode: Int32 = 255

  private func reap() -> Ending {
    var info = siginfo_t()
    while true {
      let options = WEXITED | WNOWAIT | (hasTerminal ? WSTOPPED : 0)
      guard waitid(P_PID, id_t(pid), &info, options) == 0 else {
        if errno == EINTR { continue }
        // Somebody else has reaped it, and nobody knows how it ended.
        life.withLock { $0.hasEnded = true }
        return .exited(Self.unknownCode)
      }
      guard info.si_code == CLD_STOPPED else { break }
      stop()
    }
    awaitGroup()
    let ending = life.withLock { life in
      // Until it is reaped, its process id is nobody else's, nor is that of its group.
      life.hasEnded = true
      if life.isDoomed { kill(-pid, SIGKILL) }
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      return status & 0x7F == 0
        ? Ending.exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }
    if hasTerminal { tcsetpgrp(STDIN_FILENO, getpgrp()) }
    return ending
  }

  /// Gives what a doomed command leaves behind the rest of its time.
  private func awaitGroup() {
    var pause: UInt32 = 2000
    while life.withLock({ $0.hasGrace }), ProcessGroup.hasOthers(than: pid) {
      usleep(pause)
      pause = min(2 * pause, 100_000)
    }
  }

  /// Ctrl-Z stopped the command: so are we, as the shell expects, until it lets us go on.
  private func stop() {
    // Takes the news, so that it is told once.
    var status: Int32 = 0
    guard waitpid(pid, &status, WUNTRACED | WNOHANG) == pid else { return }
    let cause = status >> 8 & 0xFF
    // It asked for the terminal a moment before it was given it.
    let isInFront = tcgetpgrp(STDIN_FILENO) == pid
    if !(isInFront && (cause == SIGTTIN || cause == SIGTTOU)) {
      tcsetpgrp(STDIN_FILENO, getpgrp())
      kill(getpid(), SIGSTOP)
      if tcgetpgrp(STDIN_FILENO) == getpgrp() { tcsetpgrp(STDIN_FILENO, pid) }
    }
    signal(SIGCONT)
  }
}

extension ChildProcess.Output {
  /// Where the bytes of one of the command's streams go.
  fileprivate func descriptor(_ own: Int32) -> OutputPipes.Destination {
    switch self {
    case .passed: .passed(own)
    case .copied(let file): .copied(file)
    case .logged: .none
    }
  }
}
