// Decides how this module touches files without Foundation: whole small files, plain calls.

import Glibc

/// Small files and directories.
enum LocalFile {
  /// What `lstat` says.
  struct Status {
    let uid: uid_t
    let gid: gid_t
    let mode: mode_t
    let size: Int

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
  }

  /// The message of the last failed call.
  static var failure: String { String(cString: strerror(errno)) }

  static func status(_ path: String) -> Status? {
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    return Status(
      uid: info.st_uid, gid: info.st_gid, mode: info.st_mode, size: Int(info.st_size))
  }

  /// The contents of a small file, from `offset`; `nil` if it cannot be read.
  static func read(_ path: String, from offset: Int = 0) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    if offset > 0 { lseek(file, off_t(offset), SEEK_SET) }
    return readAll(file)
  }

  /// Reads to the end.
  static func readAll(_ file: Int32) -> String {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = Glibc.read(file, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes.append(contentsOf: block[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Where a symbolic link points; `nil` if it is none.
  static func target(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let room = bytes.count
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink(path, $0, room) } ?? -1
      }
    }
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The names in a directory; none if it cannot be read.
  static func names(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a directory and those above it.
  static func makeDirectories(_ path: String, mode: mode_t) throws(ClusterError) {
    if status(path) != nil { return }
    let parent = self.parent(path)
    if parent != path { try makeDirectories(parent, mode: 0o755) }
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw .directory("cannot make \(path): \(failure)")
    }
  }

  /// The directory above.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Removes a directory and what is in it; symbolic links are removed, not followed.
  static func removeTree(_ path: String) {
    guard let status = status(path) else { return }
    guard status.isDirectory else {
      unlink(path)
      return
    }
    for name in names(path) { removeTree(path + "/" + name) }
    rmdir(path)
  }

  /// The path without symbolic links; `nil` if it does not exist.
  static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
