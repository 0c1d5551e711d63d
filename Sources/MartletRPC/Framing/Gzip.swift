// Decides how messages are compressed and, before all, how far a compressed one may unfold: never beyond the
// limit of the message it holds, whatever it claims (RFC 1952).

import CZlib
import MartletCall
import NIOCore

/// gzip over zlib.
enum Gzip {
  /// Bytes by which the room for what unfolds grows.
  private static let step = 64 << 10
  private static let version = "1.2.11"

  /// Appends bytes, compressed, to a buffer.
  static func compress(_ bytes: UnsafeRawBufferPointer, into target: inout ByteBuffer) {
    var stream = z_stream()
    // Level 1: most of the gain for a fraction of the time.
    let made = deflateInit2_(
      &stream, 1, Int32(MARTLET_Z_DEFLATED), Int32(MARTLET_Z_GZIP_WINDOW),
      Int32(MARTLET_Z_MEMORY_LEVEL), 0, version, Int32(MemoryLayout<z_stream>.size))
    precondition(made == Int32(MARTLET_Z_OK), "zlib has no memory")
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(bytes.count)))
    stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(bytes.count)
    target.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
      stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(output.count)
      let ended = deflate(&stream, Int32(MARTLET_Z_FINISH))
      precondition(ended == Int32(MARTLET_Z_STREAM_END), "the bound of zlib does not hold")
      return output.count - Int(stream.avail_out)
    }
  }

  /// Unfolds bytes.
  ///
  /// - Throws: RESOURCE_EXHAUSTED as soon as more than `limit` bytes come out, INVALID_ARGUMENT when the bytes
  ///   are not gzip from their first to their last.
  static func decompress(_ bytes: UnsafeRawBufferPointer, limit: Int) throws(Status) -> ByteBuffer {
    var stream = z_stream()
    let made = inflateInit2_(
      &stream, Int32(MARTLET_Z_GZIP_WINDOW), version, Int32(MemoryLayout<z_stream>.size))
    precondition(made == Int32(MARTLET_Z_OK), "zlib has no memory")
    defer { inflateEnd(&stream) }
    stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(bytes.count)
    var output = ByteBufferAllocator().buffer(capacity: min(limit, bytes.count * 4) + 1)
    while true {
      // One byte more than the limit, so that a message of just that length is told from a longer one.
      let room = min(step, limit + 1 - output.readableBytes)
      var result: Int32 = 0
      output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(room)
        result = inflate(&stream, Int32(MARTLET_Z_NO_FLUSH))
        return room - Int(stream.avail_out)
      }
      guard output.readableBytes <= limit else {
        throw Status(.resourceExhausted, "message is over the limit of \(limit) bytes")
      }
      switch result {
      case Int32(MARTLET_Z_OK): continue
      case Int32(MARTLET_Z_STREAM_END):
        if stream.avail_in == 0 { return output }
        // Members may follow each other (RFC 1952, section 2.2).
        inflateReset(&stream)
      default: throw Status(.invalidArgument, "the compressed message is not gzip")
      }
    }
  }
}
