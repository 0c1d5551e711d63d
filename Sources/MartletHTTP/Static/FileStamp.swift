// Decides when a file counts as changed: when its content may be another, also by a link that now leads
// elsewhere, as mounted secrets are renewed.

import Glibc

/// What tells one content of a file from the next.
struct FileStamp: Equatable {
  let size: Int64
  private let device: UInt
  private let inode: UInt
  private let seconds: Int
  private let nanoseconds: Int

  /// Looks at a file that can be read; nil when there is none.
  init?(_ path: String) {
    var status = stat()
    guard access(path, R_OK) == 0, stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Looks at an open file; nil when it is not a regular one.
  init?(regularFile descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  /// The stamp as a short text.
  var text: String {
    [UInt64(size), UInt64(inode), UInt64(truncatingIfNeeded: seconds), UInt64(nanoseconds)]
      .map { String($0, radix: 36) }.joined(separator: "-")
  }

  private init(_ status: stat) {
    size = Int64(status.st_size)
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
