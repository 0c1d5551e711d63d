// Decides how the worker reads and writes its own small files: whole, for this user alone, put in their place when they are
// complete.

import Glibc

/// Small files and directories.
enum LocalFiles {
  /// What the system refused.
  struct Failure: Error, CustomStringConvertible {
    let description: String

    /// Takes the reason from `errno`.
    init(_ what: String, _ path: String) {
      description = "\(what) \(path): \(String(cString: strerror(errno)))"
    }
  }

  private static let longest = 16 << 20

  /// Makes a directory and those around it.
  static func makeDirectory(_ path: String) throws {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw Failure("cannot make the directory", path)
    }
    try makeDirectory(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw Failure("cannot make the directory", path)
    }
  }

  /// Writes a file as a whole.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let part = "\(path).part"
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure("cannot write", part) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure("cannot write", part) }
      written += count
    }
    guard rename(part, path) == 0 else { throw Failure("cannot write", path) }
  }

  /// A file's bytes; nil when there is none, or it is longer than 16 MiB.
  static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count <= longest {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    return nil
  }

  /// The names in a directory.
  static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Whether there is a directory.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// When a directory's list of names changed last, in seconds; 0 when there is none.
  static func changeTime(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mtim.tv_sec : 0
  }

  /// Whether there is anything.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Gives a directory another place on the same disk; does nothing when it is gone.
  static func move(_ path: String, to place: String) { rename(path, place) }

  /// Removes a directory with everything in it; links are not followed. What cannot be removed stays.
  static func removeTree(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    // What was made unwritable is still ours.
    if access(path, R_OK | W_OK | X_OK) != 0 { chmod(path, 0o700) }
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    rmdir(path)
  }
}
