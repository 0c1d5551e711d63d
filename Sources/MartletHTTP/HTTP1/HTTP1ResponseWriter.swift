// Decides how a response is framed in HTTP/1.1: by its length when that is known, by chunks when it is not,
// by the end of the connection when the client knows no chunks. A value; whoever owns it sends the bytes.

import NIOCore

/// Turns one response into bytes.
struct HTTP1ResponseWriter {
  /// How the end of the body is found. Chosen with the head.
  private enum Body {
    /// No bytes follow the head (HEAD, 204, 304).
    case none
    /// So many are still to follow.
    case counted(Int)
    /// Pieces that tell their length.
    case chunked
    /// All until the connection ends.
    case untilClose
  }

  /// Whether the connection can go on after this response.
  private(set) var keepsAlive: Bool
  private var body: Body

  /// Writes the head.
  ///
  /// - Parameters:
  ///   - length: the whole length of the body when it is known.
  ///   - date: the time it is written at, for a head that tells it.
  init(
    _ head: HTTPResponseHead, length: Int?, hasTrailers: Bool, framing: HTTP1RequestHead.Framing,
    keepsAlive: Bool, date: UnsafeRawBufferPointer? = nil, into bytes: inout ByteBuffer
  ) {
    self.keepsAlive = keepsAlive
    let hasNoBody = framing.isHead || head.status == 204 || head.status == 304
    let declared = head.fields["content-length"].flatMap { Int($0) }
    if hasNoBody {
      body = .none
    } else if let declared {
      body = .counted(max(0, declared))
    } else if let length, !hasTrailers || !framing.takesChunks {
      body = .counted(length)
    } else if framing.takesChunks {
      body = .chunked
    } else {
      body = .untilClose
      self.keepsAlive = false
    }
    bytes.writeStaticString("HTTP/1.1 ")
    bytes.writeString(String(head.status))
    bytes.writeStaticString(" ")
    bytes.writeString(HTTP1Reason.phrase(head.status))
    bytes.writeStaticString("\r\n")
    head.fields.forEachField { name, value in
      guard !Self.isFraming(name) else { return }
      bytes.writeBytes(name)
      bytes.writeStaticString(": ")
      bytes.writeBytes(value)
      bytes.writeStaticString("\r\n")
    }
    if let date, head.isDated, !head.fields.contains("date") {
      bytes.writeStaticString("date: ")
      bytes.writeBytes(date)
      bytes.writeStaticString("\r\n")
    }
    writeFraming(head, length: declared ?? length, framing: framing, into: &bytes)
    bytes.writeStaticString("\r\n")
  }

  private func writeFraming(
    _ head: HTTPResponseHead, length: Int?, framing: HTTP1RequestHead.Framing,
    into bytes: inout ByteBuffer
  ) {
    switch body {
    case .counted(let count): bytes.writeString("content-length: \(count)\r\n")
    case .chunked: bytes.writeStaticString("transfer-encoding: chunked\r\n")
    case .none where framing.isHead && head.status != 204 && head.status != 304:
      // What a GET would have been told.
      if let length { bytes.writeString("content-length: \(length)\r\n") }
    case .none, .untilClose: break
    }
    if !keepsAlive {
      bytes.writeStaticString("connection: close\r\n")
    } else if !framing.takesChunks {
      bytes.writeStaticString("connection: keep-alive\r\n")
    }
  }

  /// Writes a piece of the body, as it is to stand on the wire.
  mutating func write(_ piece: ByteBuffer, into bytes: inout ByteBuffer) {
    var piece = piece
    guard piece.readableBytes > 0 else { return }
    switch body {
    case .none: break
    case .counted(let left):
      // More than was announced would be read as the next response.
      if var fitting = piece.readSlice(length: min(left, piece.readableBytes)) {
        body = .counted(left - fitting.readableBytes)
        bytes.writeBuffer(&fitting)
      }
    case .chunked:
      bytes.writeString(String(piece.readableBytes, radix: 16))
      bytes.writeStaticString("\r\n")
      bytes.writeBuffer(&piece)
      bytes.writeStaticString("\r\n")
    case .untilClose: bytes.writeBuffer(&piece)
    }
  }

  /// Writes the end of the body.
  mutating func end(trailers: HTTPFields?, into bytes: inout ByteBuffer) {
    switch body {
    case .none, .untilClose: break
    case .counted(let left):
      // Less than was announced: only the end of the connection can say so.
      if left > 0 { keepsAlive = false }
    case .chunked:
      bytes.writeStaticString("0\r\n")
      trailers?.forEachField { name, value in
        bytes.writeBytes(name)
        bytes.writeStaticString(": ")
        bytes.writeBytes(value)
        bytes.writeStaticString("\r\n")
      }
      bytes.writeStaticString("\r\n")
    }
  }

  /// Fields that this writer decides.
  private static func isFraming(_ name: UnsafeRawBufferPointer) -> Bool {
    switch name.count {
    case 10: name.elementsEqual("connection".utf8) || name.elementsEqual("keep-alive".utf8)
    case 14: name.elementsEqual("content-length".utf8)
    case 17: name.elementsEqual("transfer-encoding".utf8)
    default: false
    }
  }
}
