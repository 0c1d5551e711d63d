// Decides where the keys that blocks are sealed with are kept: in a file that only its owner may read, one key a line; the
// first seals, all of them open. A file that is not there is made when the first key is needed.

internal import Glibc
internal import Synchronization

/// Why there are no keys.
public struct KeyFileError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
}

/// The keys of a server.
public final class KeyRing: Sendable {
  /// Where they are kept.
  public let path: String
  private let known = Mutex<[SealingKey]?>(nil)

  /// Keeps keys at a path; nothing is read or made yet.
  public init(path: String) { self.path = path }

  /// The key to seal with. Makes the file when it is not there.
  /// - Throws: `KeyFileError`; `SealError` without randomness.
  public func current() throws -> SealingKey {
    try known.withLock { known in
      if let first = known?.first { return first }
      if let keys = try read() {
        known = keys
        return keys[0]
      }
      let key = try SealingKey.random()
      guard try write(key) else {
        // Another process made one meanwhile.
        guard let keys = try read() else { throw fault("cannot be read") }
        known = keys
        return keys[0]
      }
      known = [key]
      return key
    }
  }

  /// Whether there is a key to seal with, without making one.
  /// - Throws: `KeyFileError`.
  public var isThere: Bool {
    get throws {
      try known.withLock { known in
        if known == nil { known = try read() }
        return known != nil
      }
    }
  }

  /// The key of an id; nil when it is not here. A file that was changed is read again.
  /// - Throws: `KeyFileError`.
  public func key(_ id: String) throws -> SealingKey? {
    try known.withLock { known in
      if let key = known?.first(where: { $0.id == id }) { return key }
      known = try read()
      return known?.first { $0.id == id }
    }
  }

  /// The keys of the file; nil when there is none.
  private func read() throws -> [SealingKey]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw fault("cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw fault("is no file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw fault("may be read by others than its owner: chmod 600 it")
    }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count >= 0 else { throw fault("cannot be read") }
    let lines = bytes.prefix(count).split(separator: UInt8(ascii: "\n"))
      .map { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
    let keys = try lines.map { line in
      guard let key = Self.key(line) else {
        throw fault("has a line that is no key: an id, a blank, 64 hexadecimal digits")
      }
      return key
    }
    guard !keys.isEmpty else { throw fault("holds no key") }
    return keys
  }

  /// Makes the file with a key; false when it is there already.
  private func write(_ key: SealingKey) throws -> Bool {
    makeDirectory()
    // Whole or not at all: a name of its own first, then the real one if it is free.
    let draft = "\(path).\(getpid())"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw fault("cannot be made: \(String(cString: strerror(errno)))")
    }
    defer { unlink(draft) }
    let text = """
      # The keys that blocks are sealed with: an id, a blank, 64 hexadecimal digits. The first seals, all of them open.
      # Without them the blocks cannot be read. Keep a copy apart from that of the database.
      \(key.id) \(key.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())

      """
    let bytes = Array(text.utf8)
    let written = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    close(file)
    guard written else { throw fault("cannot be written") }
    if link(draft, path) == 0 { return true }
    if errno == EEXIST { return false }
    throw fault("cannot be made: \(String(cString: strerror(errno)))")
  }

  /// Makes the directory of the file, for its owner alone; what cannot be made is found when the file is.
  private func makeDirectory() {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      mkdir(String(path[..<slash]), 0o700)
      end = slash
    }
  }

  private static func key(_ line: String) -> SealingKey? {
    let parts = line.split(whereSeparator: \.isWhitespace)
    guard parts.count == 2, parts[1].utf8.count == 2 * SealingKey.length else { return nil }
    let digits = Array(parts[1].utf8)
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
      guard pair.utf8.first != UInt8(ascii: "+"), pair.utf8.first != UInt8(ascii: "-"),
        let byte = UInt8(pair, radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    return SealingKey(id: String(parts[0]), bytes: bytes)
  }

  private func fault(_ problem: String) -> KeyFileError {
    KeyFileError(description: "the file of block keys, \(path), \(problem)")
  }
}
