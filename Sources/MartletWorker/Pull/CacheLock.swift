// Decides how runs share what is cached on this machine: one at a time brings a thing up to date.

import Glibc
import MartletModel

/// A lock that is waited for.
struct CacheLock: Sendable {
  private let file: Int32

  /// Waits for the lock, on a thread of its own.
  static func take(_ path: String) async throws(PullFailure) -> CacheLock {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw PullFailure("\(LocalFiles.Failure("cannot open", path))") }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      DetachedThread.start {
        while flock(file, LOCK_EX) != 0 && errno == EINTR {}
        continuation.resume()
      }
    }
    return CacheLock(file: file)
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
