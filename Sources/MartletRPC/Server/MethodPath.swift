// Decides which request paths may name a method at all; everything else is refused before it is looked up.

/// The path of a call: `/<service>/<Method>`.
enum MethodPath {
  /// Longest path that is looked at, in bytes.
  static let limit = 512

  /// True for `/a.b.Service/Method`: two non-empty parts of letters, digits and underscores, dots between
  /// the parts of the service only. No escapes, no query, no dot segments.
  static func isWellFormed(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    guard path.count <= limit, path.count >= 4, path[0] == UInt8(ascii: "/") else { return false }
    var slash = 0
    var previous = UInt8(ascii: ".")  // so that a leading dot counts as an empty part
    for index in 1..<path.count {
      let byte = path[index]
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        break
      case UInt8(ascii: "."):
        if slash != 0 || previous == UInt8(ascii: ".") { return false }
      case UInt8(ascii: "/"):
        if slash != 0 || previous == UInt8(ascii: ".") { return false }
        slash = index
      default: return false
      }
      previous = byte
    }
    return slash != 0 && slash < path.count - 1
  }
}
