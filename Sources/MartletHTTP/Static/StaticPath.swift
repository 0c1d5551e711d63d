// Decides which file a path of a URL may mean: one below the root, by names only. No dots, no hidden files, no
// links, nothing that two readers could take for different names.

/// The names of a path, from the root down.
struct StaticPath: Equatable {
  let names: [Substring]

  /// Reads the path of a request, without its query; nil when it can name no file.
  init?(_ path: Substring) {
    guard path.first == "/" else { return nil }
    var names: [Substring] = []
    for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let bytes = PercentEscapes.undo(part.utf8),
        let name = String(validating: bytes, as: UTF8.self)?[...]
      else { return nil }
      if name.isEmpty { continue }
      guard name.first != ".", !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x2F || $0 == 0x5C })
      else { return nil }
      names.append(name)
    }
    // A path that ends like a directory's, or is the root's, means its index.
    if path.last == "/" { names.append("index.html") }
    guard names.count <= 32 else { return nil }
    self.names = names
  }
}

/// Percent escapes (RFC 3986, 2.1).
package enum PercentEscapes {
  /// The bytes of a text; nil when an escape is malformed. A plus sign stands for itself.
  package static func undo(_ text: Substring.UTF8View) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst(), let low = rest.popFirst(),
        let value = UInt8(hexadecimal: high, low)
      else { return nil }
      bytes.append(value)
    }
    return bytes
  }
}

extension UInt8 {
  /// The number that two hexadecimal digits stand for.
  package init?(hexadecimal high: UInt8, _ low: UInt8) {
    guard let high = Self.digit(high), let low = Self.digit(low) else { return nil }
    self = high << 4 | low
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
