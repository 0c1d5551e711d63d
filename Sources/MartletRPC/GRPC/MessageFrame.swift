// Decides how a message is put on the wire: encoded once, straight behind its prefix.

import MartletCall
import MartletWire
import NIOCore

/// Writes length-prefixed messages.
enum MessageFrame {
  /// A message with its five-byte prefix, uncompressed.
  ///
  /// - Throws: RESOURCE_EXHAUSTED when it is longer than the limit.
  static func encode(_ message: some Message, limit: Int) throws(Status) -> ByteBuffer {
    let frame: ByteBuffer? = message.withEncodedBytes { bytes in
      guard bytes.count <= limit else { return nil }
      var frame = ByteBufferAllocator().buffer(capacity: bytes.count + MessageAssembler.prefix)
      frame.writeInteger(UInt8(0))
      frame.writeInteger(UInt32(bytes.count))
      frame.writeBytes(bytes)
      return frame
    }
    guard let frame else {
      throw Status(.resourceExhausted, "message is over the limit of \(limit) bytes")
    }
    return frame
  }
}
