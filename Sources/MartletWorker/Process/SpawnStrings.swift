// Decides how arguments and the environment of a new process are laid out for the system.

import Glibc

/// C strings for a process to be started.
enum SpawnStrings {
  /// The environment of this process, with some variables set; names and values that are not UTF-8 stay as they are.
  static func environment(adding added: [String: String]) -> [[CChar]] {
    var list: [[CChar]] = []
    var entry = environ
    while let text = entry.pointee {
      let bytes = Array(UnsafeBufferPointer(start: text, count: strlen(text)))
      let name = bytes.prefix { $0 != CChar(bitPattern: UInt8(ascii: "=")) }
      if added[String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)] == nil {
        list.append(bytes)
      }
      entry += 1
    }
    return list + added.map { bytes("\($0.key)=\($0.value)") }
  }

  /// The bytes of a text, without an end.
  static func bytes(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } }

  /// Gives `body` the strings as a list of pointers that ends with nil.
  static func with<R>(
    _ strings: [[CChar]], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let pointers = strings.map { strdup($0 + [0]) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }
}
