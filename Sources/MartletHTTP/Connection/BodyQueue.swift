// Decides how the bytes of a body wait to be sent: small pieces are joined, large ones are kept as they
// came, and whoever sends takes as much as fits.

import Glibc
import NIOCore

/// The bytes of one stream that wait to be sent.
struct BodyQueue {
  /// Pieces up to this size are copied behind what waits.
  private static let joinLimit = 4096

  private var first = ByteBuffer()
  private var rest = CircularBuffer<ByteBuffer>(initialCapacity: 1)
  /// True while `first` is storage of this queue and may be written to.
  private var ownsFirst = true

  /// How many bytes wait.
  private(set) var count = 0

  /// Appends a piece.
  mutating func append(_ bytes: ByteBuffer) {
    guard bytes.readableBytes > 0 else { return }
    count += bytes.readableBytes
    if rest.isEmpty, first.readableBytes == 0 {
      // A small piece is copied so that storage is reused from one exchange to the next.
      if ownsFirst, bytes.readableBytes <= Self.joinLimit {
        first.clear()
        first.writeImmutableBuffer(bytes)
      } else {
        first = bytes
        ownsFirst = false
      }
    } else if rest.isEmpty, ownsFirst, bytes.readableBytes <= Self.joinLimit {
      first.writeImmutableBuffer(bytes)
    } else if let last = rest.indices.last, bytes.readableBytes <= Self.joinLimit,
      rest[last].readableBytes + bytes.readableBytes <= 4 * Self.joinLimit
    {
      rest[last].writeImmutableBuffer(bytes)
    } else {
      rest.append(bytes)
    }
  }

  /// Moves up to `limit` bytes to `target` and returns how many.
  mutating func read(into target: UnsafeMutableRawPointer, limit: Int) -> Int {
    var done = 0
    while done < limit, count > 0 {
      let taken = min(limit - done, first.readableBytes)
      first.readWithUnsafeReadableBytes { source in
        if let base = source.baseAddress { memcpy(target + done, base, taken) }
        return taken
      }
      done += taken
      count -= taken
      if first.readableBytes == 0 { advance() }
    }
    return done
  }

  /// Takes the next piece, or as much of it as the limit allows; nil when nothing waits.
  mutating func popFirst(limit: Int) -> ByteBuffer? {
    guard count > 0, let piece = first.readSlice(length: min(limit, first.readableBytes)) else {
      return nil
    }
    count -= piece.readableBytes
    if first.readableBytes == 0 { advance() }
    return piece
  }

  private mutating func advance() {
    if let next = rest.popFirst() {
      first = next
      ownsFirst = false
    } else if !ownsFirst || first.capacity > 4 * Self.joinLimit {
      first = ByteBuffer()
      ownsFirst = true
    }
  }

  /// Forgets everything.
  mutating func clear() {
    if !rest.isEmpty { rest.removeAll() }
    count = 0
    if ownsFirst, first.capacity <= 4 * Self.joinLimit {
      first.moveReaderIndex(to: first.writerIndex)
    } else {
      first = ByteBuffer()
      ownsFirst = true
    }
  }
}
