// Decides where messages begin and end in a body: a flag byte, four bytes of length, the message
// (gRPC over HTTP/2, "Length-Prefixed-Message"), however the body was cut into pieces. Pieces are kept as
// they came: a message within one of them is lent without a copy, others are joined once: large ones as they
// come, so that the end of a large message takes no longer than any other piece.

package import MartletCall
package import NIOCore

/// Cuts a body into messages.
package struct MessageAssembler {
  static let prefix = 5
  /// Pieces that together are no longer than this are kept in one buffer.
  private static let joined = 8 << 10
  /// The piece that is read; not empty while anything is pending.
  private var first = ByteBuffer()
  /// The pieces after it, from `taken` on.
  private var rest: [ByteBuffer] = []
  private var taken = 0
  /// Bytes that have come and were not taken as messages.
  private(set) var pending = 0
  /// Longest message in bytes.
  let limit: Int
  /// How messages that say so are compressed.
  var compression: Compression?

  package init(limit: Int, compression: Compression? = nil) {
    self.limit = limit
    self.compression = compression
  }

  /// Adds a piece of the body.
  package mutating func append(_ piece: inout ByteBuffer) {
    let count = piece.readableBytes
    guard count > 0 else { return }
    pending += count
    if pending == count {
      first = piece
    } else if isFirstOfLarge {
      // Else a body of large messages would be kept whole.
      if first.readerIndex > 0 { first.discardReadBytes() }
      first.writeBuffer(&piece)
    } else if let last = rest.indices.last, last >= taken,
      rest[last].readableBytes + count <= Self.joined
    {
      // Small pieces share one buffer, or a body of single bytes would cost a buffer each.
      rest[last].writeBuffer(&piece)
    } else {
      rest.append(piece)
    }
  }

  /// Whether the first piece begins a large message that is not whole.
  private var isFirstOfLarge: Bool {
    guard rest.isEmpty,
      let length = first.getInteger(at: first.readerIndex + 1, as: UInt32.self)
    else { return false }
    return length > Self.joined && first.readableBytes < Self.prefix + Int(length)
  }

  /// The length that the next prefix announces, once it has come.
  var announced: Int? {
    if let length = first.getInteger(at: first.readerIndex + 1, as: UInt32.self) {
      return Int(length)
    }
    guard pending >= Self.prefix else { return nil }
    // The prefix itself was cut.
    var bytes = Array(first.readableBytesView)
    for piece in rest[taken...] where bytes.count < Self.prefix {
      bytes += piece.readableBytesView.prefix(Self.prefix - bytes.count)
    }
    return bytes[1..<Self.prefix].reduce(0) { $0 << 8 | Int($1) }
  }

  /// What is told of a message over the limit.
  var oversize: Status {
    Status(
      .resourceExhausted,
      "message of \(announced ?? pending) bytes is over the limit of \(limit) bytes")
  }

  /// Whether a whole message waits.
  var hasMessage: Bool { announced.map { pending - Self.prefix >= $0 } ?? false }

  /// Takes the next message, or nil when more bytes must come first.
  ///
  /// - Throws: RESOURCE_EXHAUSTED as soon as a prefix announces more than the limit, INTERNAL for a flag that
  ///   means nothing, or for a compressed message where the head named no compression.
  package mutating func next() throws(Status) -> EncodedMessage? {
    guard let flag = first.getInteger(at: first.readerIndex, as: UInt8.self) else { return nil }
    guard flag == 0 || flag == MessageFrame.compressed else {
      throw Status(.internal, "malformed message: flag \(flag) is neither 0 nor 1")
    }
    if flag == MessageFrame.compressed, compression == nil {
      throw Status(.internal, "a message is compressed, but the head names no compression")
    }
    guard let length = announced else { return nil }
    guard length <= limit else { throw oversize }
    guard pending - Self.prefix >= length else { return nil }
    skip(Self.prefix)
    return EncodedMessage(bytes: read(length), compression: flag == 0 ? nil : compression)
  }

  /// Gives up what is left.
  mutating func discard() {
    first = ByteBuffer()
    rest = []
    taken = 0
    pending = 0
  }

  private mutating func skip(_ count: Int) {
    var left = count
    while left > 0 {
      let step = min(left, first.readableBytes)
      first.moveReaderIndex(forwardBy: step)
      left -= step
      used(step)
    }
  }

  private mutating func read(_ length: Int) -> ByteBuffer {
    if let message = first.readSlice(length: length) {
      used(length)
      return message
    }
    var message = ByteBufferAllocator().buffer(capacity: length)
    while message.readableBytes < length {
      let step = min(length - message.readableBytes, first.readableBytes)
      message.writeBytes(first.readableBytesView.prefix(step))
      first.moveReaderIndex(forwardBy: step)
      used(step)
    }
    return message
  }

  /// Counts bytes read from the first piece, and goes on to the next when it is used up.
  private mutating func used(_ count: Int) {
    pending -= count
    guard first.readableBytes == 0 else { return }
    guard taken < rest.count else {
      first = ByteBuffer()
      if !rest.isEmpty { rest = [] }
      taken = 0
      return
    }
    first = rest[taken]
    rest[taken] = ByteBuffer()
    taken += 1
    if taken >= 64, taken * 2 >= rest.count {
      rest.removeFirst(taken)
      taken = 0
    }
  }
}
