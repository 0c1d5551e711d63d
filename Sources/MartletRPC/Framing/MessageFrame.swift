// Decides how a message is put on the wire: encoded once, straight behind its prefix, or compressed behind it.

import MartletCall
import MartletWire
import NIOCore

/// Writes messages, bare or length-prefixed.
enum MessageFrame {
  /// The flag of a compressed message.
  static let compressed: UInt8 = 1

  /// A message with its five-byte prefix.
  ///
  /// - Throws: RESOURCE_EXHAUSTED when it is longer than the limit before it is compressed.
  static func encode(
    _ message: some Message, as encoding: MessageEncoding = .protobuf, limit: Int,
    compresses: (Int) -> Bool = { _ in false }
  ) throws(Status) -> ByteBuffer {
    try withBytes(of: message, as: encoding, limit: limit) { bytes in
      let isCompressed = compresses(bytes.count)
      var frame = ByteBufferAllocator().buffer(
        capacity: (isCompressed ? bytes.count / 2 : bytes.count) + MessageAssembler.prefix)
      guard isCompressed else {
        // In one go: what a buffer asks of itself at each write costs more than five bytes do.
        frame.writeWithUnsafeMutableBytes(
          minimumWritableBytes: MessageAssembler.prefix + bytes.count
        ) { target in
          target[0] = 0
          target.storeBytes(of: UInt32(bytes.count).bigEndian, toByteOffset: 1, as: UInt32.self)
          UnsafeMutableRawBufferPointer(rebasing: target[MessageAssembler.prefix...])
            .copyMemory(from: bytes)
          return MessageAssembler.prefix + bytes.count
        }
        return frame
      }
      frame.writeInteger(compressed)
      frame.writeInteger(UInt32(0))
      Gzip.compress(bytes, into: &frame)
      frame.setInteger(UInt32(frame.readableBytes - MessageAssembler.prefix), at: 1)
      return frame
    }
  }

  /// A frame of bytes that are no message.
  static func encode(flag: UInt8, _ bytes: [UInt8]) -> ByteBuffer {
    var frame = ByteBufferAllocator().buffer(capacity: bytes.count + MessageAssembler.prefix)
    frame.writeInteger(flag)
    frame.writeInteger(UInt32(bytes.count))
    frame.writeBytes(bytes)
    return frame
  }

  /// Encodes a message and lends its bytes.
  static func withBytes<R>(
    of message: some Message, as encoding: MessageEncoding, limit: Int,
    _ body: (UnsafeRawBufferPointer) -> R
  ) throws(Status) -> R {
    let result: R?
    switch encoding {
    case .protobuf: result = message.withEncodedBytes { $0.count <= limit ? body($0) : nil }
    case .json(let options):
      do throws(WireError) {
        let bytes = try message.encodeJSON(options: options)
        result = bytes.count <= limit ? bytes.withUnsafeBytes(body) : nil
      } catch {
        throw Status(.internal, "the response cannot be written: \(error)")
      }
    }
    guard let result else {
      throw Status(.resourceExhausted, "message is over the limit of \(limit) bytes")
    }
    return result
  }
}
