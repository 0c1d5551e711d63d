// Decides what counts as UTF-8: the well-formed sequences of Unicode 15, table 3-7; no surrogates, nothing overlong.

/// Checks bytes without making a string of them.
enum UTF8Check {
  /// Whether the bytes are well-formed.
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    let count = bytes.count
    while index < count {
      if index &+ 8 <= count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index &+= 8
        continue
      }
      let first = bytes[index]
      if first < 0x80 {
        index &+= 1
        continue
      }
      let length = sequenceLength(first)
      guard length > 0, index &+ length <= count, isSecond(bytes[index &+ 1], after: first) else {
        return false
      }
      var position = 2
      while position < length {
        guard bytes[index &+ position] & 0xc0 == 0x80 else { return false }
        position &+= 1
      }
      index &+= length
    }
    return true
  }

  /// The length of a sequence of more than one byte; 0 when no sequence begins so.
  private static func sequenceLength(_ first: UInt8) -> Int {
    switch first {
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: 0
    }
  }

  private static func isSecond(_ second: UInt8, after first: UInt8) -> Bool {
    switch first {
    case 0xe0: (0xa0...0xbf).contains(second)
    case 0xed: (0x80...0x9f).contains(second)
    case 0xf0: (0x90...0xbf).contains(second)
    case 0xf4: (0x80...0x8f).contains(second)
    default: second & 0xc0 == 0x80
    }
  }
}
