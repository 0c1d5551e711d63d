// Decides where a job's files are and what they mean: `job.json` what to do, `lock` held by the executor for as long as it
// lives, `process` who that is, `end` how it ended by its own word, `log` what it said outside of the run's log.

import Glibc

/// Where a worker keeps what must outlive it.
struct StateDirectory: Sendable {
  /// Its path.
  let path: String

  var lockFile: String { path + "/lock" }
  var sessionFile: String { path + "/session" }
  var jobs: String { path + "/jobs" }
  /// Where programs work.
  var scratches: String { path + "/runs" }
  /// What is being removed.
  var discarded: String { path + "/discarded" }
  /// What a later run may use again.
  var cache: String { path + "/cache" }

  func job(_ id: JobID) -> JobDirectory { JobDirectory(path: "\(jobs)/\(id)") }
  func scratch(_ id: JobID) -> String { "\(scratches)/\(id)" }
}

/// The directory of one job.
struct JobDirectory: Sendable {
  /// Its path.
  let path: String

  /// The job that it is for.
  var id: JobID? { JobID(String(path.split(separator: "/").last ?? "")) }

  /// The worker's directory.
  var state: StateDirectory {
    StateDirectory(
      path: path.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
        separator: "/"))
  }

  var jobFile: String { path + "/job.json" }
  var lockFile: String { path + "/lock" }
  var processFile: String { path + "/process" }
  var endFile: String { path + "/end" }
  var logFile: String { path + "/log" }

  /// Makes the directory, for this user alone, with the job in it.
  func create(_ job: Job) throws {
    try LocalFiles.makeDirectory(path)
    try LocalFiles.write(job.encoded(), to: jobFile)
  }

  /// The job in it; nil when there is none that can be read.
  func job() -> Job? {
    LocalFiles.read(jobFile).flatMap { try? Job(file: $0) }
  }

  /// The code that the executor left with by its own word; nil when it was ended by others, or lives.
  func end() -> Int32? {
    LocalFiles.read(endFile).flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
  }

  /// The executor's process, which leads a session of that number; nil when it did not come so far.
  func process() -> pid_t? {
    LocalFiles.read(processFile).flatMap { pid_t(String(decoding: $0, as: UTF8.self)) }
  }

  /// Takes the lock; nil when the executor holds it.
  func lock() throws -> HeldLock? { try HeldLock(lockFile) }
}

/// A lock on a file, held until it is released or its last process ends.
struct HeldLock: Sendable {
  /// The open file.
  let file: Int32

  /// Takes it; nil when somebody else has it.
  ///
  /// - Throws: `LocalFiles.Failure` when the file cannot be opened.
  init?(_ path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LocalFiles.Failure("cannot open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return nil
    }
    self.file = file
  }

  /// Gives this process's part of it up.
  func release() { close(file) }

  /// Waits, on a thread of its own, until nobody holds the lock.
  static func waitUntilFree(_ path: String) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      DetachedThread.start {
        wait(path)
        continuation.resume()
      }
    }
  }

  private static func wait(_ path: String) {
    // Whoever cannot look does not know that it is free.
    let pause: UInt32 = 1_000_000
    var file = open(path, O_RDWR | O_CLOEXEC)
    while file < 0 {
      if errno == ENOENT { return }
      usleep(pause)
      file = open(path, O_RDWR | O_CLOEXEC)
    }
    while flock(file, LOCK_EX) != 0 { if errno != EINTR { usleep(pause) } }
    close(file)
  }
}
