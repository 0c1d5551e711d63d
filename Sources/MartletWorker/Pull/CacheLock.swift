// Decides how runs share what is cached on this machine: one at a time brings a thing up to date.

import Glibc
import MartletModel

/// A lock that is waited for.
struct CacheLock: Sendable {
  private let file: Int32

  private static let pause = Duration.milliseconds(100)

  /// Waits for the lock, no longer than the run may.
  ///
  /// - Throws: `PullFailure` when the run is cancelled or its time is over.
  static func take(_ path: String, for shell: StepShell) async throws(PullFailure) -> CacheLock {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw PullFailure("\(LocalFiles.Failure("cannot open", path))") }
    let lock = CacheLock(file: file)
    do throws(PullFailure) {
      var isFirst = true
      while flock(file, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK || errno == EINTR else {
          throw PullFailure("\(LocalFiles.Failure("cannot lock", path))")
        }
        if isFirst { await shell.say("Another run is fetching the same: waiting for it") }
        isFirst = false
        try await shell.wait(pause)
      }
    } catch {
      lock.release()
      throw error
    }
    return lock
  }

  /// Lets the next one.
  func release() { close(file) }
}

extension SHA256 {
  /// A file name for what has a longer name.
  static func name(of text: String) -> String { name(of: Array(text.utf8)) }

  /// A file name for bytes.
  static func name(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.add(bytes)
    return String(digest.label.dropFirst("sha256:".count))
  }
}

extension StepShell {
  /// A variable of the executor; empty when it has none.
  func inherited(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
}
