// Decides how a file below a root is opened: name by name from a directory that is held open, never through a
// link, so that no renaming in between leads elsewhere.

import Glibc
import NIOCore

/// A regular file that is open for reading.
final class OpenFile: Sendable {
  let stamp: FileStamp
  private let descriptor: Int32

  /// Opens a file; nil when there is no such regular file.
  init?(_ path: StaticPath, below root: String) {
    var directory = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return nil }
    for name in path.names.dropLast() {
      let next = openat(directory, String(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      close(directory)
      guard next >= 0 else { return nil }
      directory = next
    }
    defer { close(directory) }
    guard let name = path.names.last else { return nil }
    // Not blocking: the name could be a pipe's.
    descriptor = openat(
      directory, String(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard let stamp = FileStamp(regularFile: descriptor) else {
      close(descriptor)
      return nil
    }
    self.stamp = stamp
  }

  deinit { close(descriptor) }

  /// Reads bytes; fewer at the end of a file that was cut meanwhile.
  func read(_ range: Range<Int>) -> ByteBuffer {
    var bytes = ByteBufferAllocator().buffer(capacity: range.count)
    while bytes.readableBytes < range.count {
      let start = range.lowerBound + bytes.readableBytes
      let wanted = range.upperBound - start
      let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
        max(0, pread(descriptor, target.baseAddress, wanted, off_t(start)))
      }
      if count == 0 { break }
    }
    return bytes
  }
}
