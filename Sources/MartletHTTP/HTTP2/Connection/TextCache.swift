// Decides which strings a connection keeps: those its requests repeat (methods, paths, authorities), so
// that each is made once.

/// A small cache of strings by their bytes. Confined to its connection's loop.
final class TextCache {
  private static let slots = 16
  private static let longest = 256
  private var bytes: [[UInt8]] = Array(repeating: [], count: TextCache.slots)
  private var texts: [String] = Array(repeating: "", count: TextCache.slots)

  /// The text of the bytes, which are kept when they are short.
  func text(of wanted: UnsafeRawBufferPointer) -> String {
    guard let last = wanted.last else { return "" }
    guard wanted.count <= Self.longest else { return String(decoding: wanted, as: UTF8.self) }
    let slot = (wanted.count &* 7 ^ Int(last)) & (Self.slots - 1)
    if bytes[slot].withUnsafeBytes({ HTTPFields.same($0, wanted) }) { return texts[slot] }
    let text = String(decoding: wanted, as: UTF8.self)
    bytes[slot] = Array(wanted)
    texts[slot] = text
    return text
  }
}
