// Decides how a command that knows nothing of Martlet returns a value: it writes to the file $MARTLET_OUTPUT. JSON is
// taken as such, anything else as text.

import Glibc
import MartletWire

/// A file that a command may write its result to.
struct ResultFile: ~Copyable {
  // The server keeps 256 KiB.
  private static let longest = 250 << 10

  /// Where it is; empty when there could be none.
  let path: String

  /// Makes an empty file that only this user may read.
  init() {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(directory)/martlet-output-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else {
      path = ""
      return
    }
    close(file)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { if !path.isEmpty { unlink(path) } }

  /// What was written; nil when that is nothing, or too long to be kept.
  func read() -> JSONValue? {
    guard !path.isEmpty else { return nil }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
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
    guard filled > 0, filled <= Self.longest else { return nil }
    let content = Array(bytes[..<filled])
    if let value = try? JSONValue(json: content) { return value }
    var text = String(decoding: content, as: UTF8.self)
    if text.hasSuffix("\n") { text.removeLast() }
    return text.utf8.contains(0) ? nil : .string(text)
  }
}
