// Decides how an executor waits for a job that is not there yet, and is given it: a message over its stdin with the name of
// the job's file, and with it the open files that it would else have been started with.

import CSpawn
import Glibc

/// A process that is to execute the next job; it ends when this process does, or when it is dismissed.
struct StandbyExecutor: Sendable {
  /// Its process id, which is that of its session.
  let pid: pid_t
  private let socket: Int32

  /// Starts one.
  static func start(
    _ executable: String, environment: [String: String]
  ) throws -> StandbyExecutor {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw LocalFiles.Failure("cannot make", "a pair of sockets")
    }
    defer { close(ends[1]) }
    // What the job's files will be put in the place of.
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    do {
      let pid = try DetachedProcess.start(
        executable, ["martlet", "worker", "execute", "--standby"], environment: environment,
        output: "/dev/null",
        files: [
          (ends[1], STDIN_FILENO), (nothing, DetachedProcess.lockDescriptor),
          (nothing, DetachedProcess.outputDescriptor),
        ])
      return StandbyExecutor(pid: pid, socket: ends[0])
    } catch {
      close(ends[0])
      throw error
    }
  }

  /// Gives it a job; it stands by no longer.
  ///
  /// - Returns: whether it is there to take it.
  func take(_ id: JobID, in directory: JobDirectory, lock: Int32, sharesOutput: Bool) -> Bool {
    let log = open(directory.logFile, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { return false }
    defer { close(log) }
    let message = Array("\(id)\0\(directory.jobFile)".utf8)
    let files = [log, lock] + (sharesOutput ? [STDOUT_FILENO] : [])
    guard
      martlet_send_files(socket, message, message.count, files, files.count) == message.count
    else { return false }
    close(socket)
    return true
  }

  /// Has it end.
  func dismiss() {
    close(socket)
    DetachedThread.start { [pid] in _ = DetachedProcess.wait(pid) {} }
  }

  /// In the executor: waits for its job.
  ///
  /// - Returns: the job's file; nil when there is none to come.
  static func await() throws -> String? {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var files = [Int32](repeating: -1, count: Int(martlet_most_files))
    var count = 0
    let length = martlet_receive_files(STDIN_FILENO, &bytes, bytes.count, &files, &count)
    guard length > 0 else { return nil }
    let words = bytes[..<length].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 2, count >= 2 else {
      throw LocalFiles.Failure("cannot read", "what the worker said")
    }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let places = [
      (nothing, STDIN_FILENO), (files[0], STDOUT_FILENO), (files[0], STDERR_FILENO),
      (files[1], DetachedProcess.lockDescriptor),
    ]
    for (file, place) in places { dup2(file, place) }
    // Without one it keeps what is there: the number counts as given, and nothing of ours may get it.
    if count > 2 { dup2(files[2], DetachedProcess.outputDescriptor) }
    close(nothing)
    for file in files[..<count] { close(file) }
    setenv(JobVariables.jobID, words[0], 1)
    return words[1]
  }
}
