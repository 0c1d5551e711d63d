// Decides how one text in a file is replaced by another when the file is served: every time it occurs, in files that are
// text and not too long.

import Glibc
import NIOCore

/// A text that stands for another in the files of a directory, as a place-holder for where they are served.
public struct TextSubstitution: Sendable {
  /// The longest file that is looked through; a longer one goes out as it is.
  private static let longest = 32 << 20
  private let text: [UInt8]
  private let replacement: [UInt8]

  /// Names both texts. The first must not be empty.
  public init(_ text: String, by replacement: String) {
    precondition(!text.isEmpty)
    self.text = Array(text.utf8)
    self.replacement = Array(replacement.utf8)
  }

  /// The content to serve in the place of a file's; nil when it is that of the file itself.
  func content(of file: OpenFile, type: String) -> ByteBuffer? {
    guard type.hasPrefix("text/") || type == "application/json", file.stamp.size <= Self.longest
    else { return nil }
    let bytes = file.read(0..<Int(file.stamp.size))
    return applied(to: bytes)
  }

  /// The bytes with every occurrence replaced; nil when there is none.
  func applied(to bytes: ByteBuffer) -> ByteBuffer? {
    bytes.withUnsafeReadableBytes { source in
      guard let base = source.baseAddress else { return nil }
      var result = ByteBuffer()
      var kept = 0
      var start = 0
      while start + text.count <= source.count,
        let first = memchr(base + start, Int32(text[0]), source.count - text.count - start + 1)
      {
        let place = UnsafeRawPointer(first) - base
        start = place + 1
        guard memcmp(first, text, text.count) == 0 else { continue }
        result.writeBytes(source[kept..<place])
        result.writeBytes(replacement)
        start = place + text.count
        kept = start
      }
      guard kept > 0 else { return nil }
      result.writeBytes(source[kept...])
      return result
    }
  }
}

/// Something whose bytes are sent piece by piece. Reading may block.
protocol FileContent: Sendable {
  /// Reads bytes; fewer when there are not as many any more.
  func read(_ range: Range<Int>) -> ByteBuffer
}

extension OpenFile: FileContent {}

extension ByteBuffer: FileContent {
  func read(_ range: Range<Int>) -> ByteBuffer {
    getSlice(at: readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
  }
}
