// Decides how tests write HTTP/2 frames by hand and read those that come back.

/// Frames as bytes.
enum RawFrames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  struct Frame: Equatable {
    var type: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    /// The error code of RST_STREAM or GOAWAY.
    var errorCode: UInt32? {
      switch type {
      case 3 where payload.count == 4: RawFrames.number(payload[0..<4])
      case 7 where payload.count >= 8: RawFrames.number(payload[4..<8])
      default: nil
      }
    }
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func frame(
    _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    let length = UInt32(payload.count)
    return [UInt8(length >> 16 & 0xff), UInt8(length >> 8 & 0xff), UInt8(length & 0xff)]
      + [type, flags] + bytes(stream) + payload
  }

  static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(number >> $0 & 0xff) }
  }

  static let settings = frame(4)
  static let settingsAck = frame(4, flags: 1)
  static let ping = frame(6, Array("pingpong".utf8))

  static func reset(_ stream: UInt32) -> [UInt8] { frame(3, stream: stream, bytes(8)) }

  static func data(_ stream: UInt32, _ text: [UInt8], ends: Bool = false) -> [UInt8] {
    frame(0, flags: ends ? 1 : 0, stream: stream, text)
  }

  /// HEADERS with literal fields, none of them indexed.
  static func headers(
    _ stream: UInt32, _ fields: [(String, String)], ends: Bool = true, isWhole: Bool = true
  ) -> [UInt8] {
    frame(1, flags: (ends ? 1 : 0) | (isWhole ? 4 : 0), stream: stream, block(fields))
  }

  static func request(_ stream: UInt32, path: String = "/fixed", ends: Bool = true) -> [UInt8] {
    headers(
      stream,
      [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test")],
      ends: ends)
  }

  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0x00] + text($0.0) + text($0.1) }
  }

  private static func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    var length: [UInt8] = [127]
    var rest = bytes.count - 127
    while rest >= 128 {
      length.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return length + [UInt8(rest)] + bytes
  }

  /// The whole frames among the bytes.
  static func parse(_ bytes: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    var at = 0
    while at + 9 <= bytes.count {
      let length = Int(number(bytes[at..<(at + 3)]))
      guard at + 9 + length <= bytes.count else { break }
      frames.append(
        Frame(
          type: bytes[at + 3], flags: bytes[at + 4], stream: number(bytes[(at + 5)..<(at + 9)]),
          payload: Array(bytes[(at + 9)..<(at + 9 + length)])))
      at += 9 + length
    }
    return frames
  }
}
