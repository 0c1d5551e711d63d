// Decides where frames begin in what a peer sends, for what the codec passes over in silence: frames of unknown
// types, and frames on streams that are no more (RFC 9113, 4.1).

import Glibc

/// Finds the heads of frames in a stream of bytes that comes in pieces.
struct FrameScanner {
  /// The head of a frame.
  struct Head: Equatable {
    var length: Int
    var type: UInt8
    var stream: Int32
  }

  private static let headSize = 9
  /// Bytes before the next head: the preface, then what is left of a payload.
  private var skip: Int
  /// A head that was cut.
  private var cut: (UInt64, UInt16) = (0, 0)
  private var cutCount = 0

  /// Starts before the first frame, which so many bytes precede.
  init(after preface: Int) { skip = preface }

  /// Calls `found` with the head of every frame that begins in the next piece.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, _ found: (Head) -> Void) {
    var at = 0
    while at < bytes.count {
      if skip > 0 {
        let step = min(skip, bytes.count - at)
        skip -= step
        at += step
        continue
      }
      if cutCount == 0, bytes.count - at >= Self.headSize {
        take(UnsafeRawBufferPointer(rebasing: bytes[at..<(at + Self.headSize)]), found)
        at += Self.headSize
        continue
      }
      let step = min(Self.headSize - cutCount, bytes.count - at)
      withUnsafeMutableBytes(of: &cut) { held in
        if let source = bytes.baseAddress, let target = held.baseAddress {
          memcpy(target + cutCount, source + at, step)
        }
      }
      cutCount += step
      at += step
      guard cutCount == Self.headSize else { return }
      cutCount = 0
      let held = cut
      withUnsafeBytes(of: held) { take($0, found) }
    }
  }

  private mutating func take(_ head: UnsafeRawBufferPointer, _ found: (Head) -> Void) {
    let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
    let stream = (5..<9).reduce(UInt32(0)) { $0 << 8 | UInt32(head[$1]) } & 0x7fff_ffff
    skip = length
    found(Head(length: length, type: head[3], stream: Int32(stream)))
  }
}
