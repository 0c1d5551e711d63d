// Decides that a data directory has one server: an flock that the kernel drops with its holder.

import Glibc

/// The lock on a cluster's directory, held as long as the object lives.
final class ClusterLock: Sendable {
  private let file: Int32

  /// Takes the lock or tells who has it.
  /// - Throws: ``ClusterError/inUse(directory:pid:)``.
  init(_ directory: ClusterDirectory) throws(ClusterError) {
    // Opened close-on-exec: a child that inherited it would go on holding the lock after us.
    let file = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw .directory("cannot open \(directory.lock): \(LocalFile.failure)")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let pid = Int32(LocalFile.readAll(file).prefix { $0.isNumber })
      close(file)
      throw .inUse(directory: directory.path, pid: pid)
    }
    let text = "\(getpid())\n"
    ftruncate(file, 0)
    _ = text.withCString { pwrite(file, $0, strlen($0), 0) }
    self.file = file
  }

  deinit {
    // The file stays: removing it would let two servers lock two files of one name.
    ftruncate(file, 0)
    // Closing alone would leave the lock to a child that another thread is about to start.
    flock(file, LOCK_UN)
    close(file)
  }
}
