// Decides how a command that knows nothing of Martlet returns a value, or tells how it failed: it writes to the file
// $MARTLET_OUTPUT, or $MARTLET_FAILURE. JSON is taken as such, anything else as text.

import Glibc
import MartletWire

/// A file that a command may write a value to.
struct OutputFile: ~Copyable {
  /// What the file came to.
  enum Content {
    /// Nothing was written.
    case none
    /// This was written.
    case value(JSONValue)
    /// Something was written that cannot be kept.
    case useless(String)
  }

  // The server keeps 256 KiB of its JSON.
  private static let longest = 256 << 10

  /// Where it is; empty when there could be none.
  let path: String
  private let kind: String

  /// Makes an empty file that only this user may read.
  ///
  /// - Parameter kind: what it is for, for its name.
  init(_ kind: String) {
    self.kind = kind
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(directory)/martlet-\(kind)-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else {
      path = ""
      return
    }
    close(file)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { if !path.isEmpty { unlink(path) } }

  /// Reads what was written.
  func value() -> Content {
    guard !path.isEmpty else { return .none }
    // The command may have put anything in its place, such as a pipe that nobody writes to.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return .none }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .useless("the \(kind) file is no file any more")
    }
    var bytes = [UInt8](repeating: 0, count: Self.longest + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress! + filled, $0.count - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    guard filled > 0 else { return .none }
    guard filled <= Self.longest else { return .useless("it is longer than 256 KiB") }
    return Self.content(Array(bytes[..<filled]))
  }

  /// JSON, or text.
  private static func content(_ bytes: [UInt8]) -> Content {
    var value: JSONValue
    if let json = try? JSONValue(json: bytes) {
      value = json
    } else {
      var text = String(decoding: bytes, as: UTF8.self)
      if text.hasSuffix("\n") { text.removeLast() }
      guard !text.utf8.contains(0) else { return .useless("it holds a NUL") }
      value = .string(text)
    }
    guard let json = try? value.jsonText(), json.utf8.count <= longest else {
      return .useless("it is longer than 256 KiB as JSON")
    }
    return .value(value)
  }
}
