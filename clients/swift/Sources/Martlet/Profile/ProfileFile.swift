// Decides where profiles are kept, and that a file of them is replaced whole and is for its owner alone: it holds keys.

internal import Glibc

/// The file of a user's profiles.
public struct ProfileFile: Sendable, Equatable {
  /// Its path.
  public let path: String

  /// The file below a folder of settings; see `RunEnvironment.home`.
  public init(home: String) { path = home + "/profiles.toml" }

  /// The profiles; one empty one when there is no file.
  ///
  /// - Throws: `ProfileError` when the file cannot be read or understood.
  public func read() throws(ProfileError) -> Profiles {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return Profiles() }
      throw failed("read")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failed("read") }
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= 1 << 20 else { throw ProfileError("\(path) is longer than 1 MiB") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ProfileError("\(path) is not UTF-8")
    }
    do { return try Profiles(text: text) } catch {
      throw ProfileError("\(path): \(error.description)")
    }
  }

  /// Replaces the file, and makes its folder if that is missing.
  ///
  /// - Throws: `ProfileError` when it cannot be written.
  public func write(_ profiles: Profiles) throws(ProfileError) {
    if let slash = path.lastIndex(of: "/"), mkdir(String(path[..<slash]), 0o700) != 0,
      errno != EEXIST
    {
      throw failed("written")
    }
    let new = "\(path).\(getpid())"
    let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failed("written") }
    var text = profiles.text
    let isWritten = text.withUTF8 { bytes in
      Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count
    }
    let isSafe = isWritten && fsync(file) == 0
    guard close(file) == 0, isSafe, rename(new, path) == 0 else {
      let error = failed("written")
      unlink(new)
      throw error
    }
  }

  private func failed(_ verb: String) -> ProfileError {
    ProfileError("\(path) cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
