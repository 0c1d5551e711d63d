// Decides how a file is written so that nobody finds half of it: beside its place, and put there when it is whole.

import Glibc
import MartletCall

/// A file on its way; removed unless it is kept.
final class PartFile {
  private let path: String
  private let part: String
  private let file: Int32
  private var isKept = false

  /// Makes the file beside its place.
  ///
  /// - Throws: `Status` when it cannot be made.
  init(_ path: String) throws {
    self.path = path
    part = "\(path).part-\(getpid())"
    file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if file < 0 { throw Self.failure("cannot write", path) }
  }

  deinit {
    if file >= 0 { close(file) }
    if !isKept, file >= 0 { unlink(part) }
  }

  /// Appends bytes.
  func write(_ bytes: [UInt8]) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { throw Self.failure("cannot write", path) }
      written += count
    }
  }

  /// Puts the file in its place.
  func keep() throws {
    guard fsync(file) == 0, rename(part, path) == 0 else {
      throw Self.failure("cannot write", path)
    }
    isKept = true
  }

  /// The error of a system call.
  static func failure(_ what: String, _ path: String) -> Status {
    Status(.failedPrecondition, "\(what) \(path): \(String(cString: strerror(errno)))")
  }
}
