// Decides the hash that is the same in every process and version, for digests and tokens.

/// MurmurHash3 (x64, 128 bits; Austin Appleby, public domain) with seed 0, fed in 16-byte blocks; each field is padded to whole blocks, which
/// its length keeps unambiguous.
struct StableHash {
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var count: UInt64 = 0

  mutating func add(_ number: Int64?) {
    mix(number == nil ? 0 : 1, UInt64(bitPattern: number ?? 0))
  }

  mutating func add(_ value: UUIDValue?) {
    mix(value == nil ? 0 : 1, 0)
    if let value { mix(value.high, value.low) }
  }

  mutating func add(_ text: String) {
    var copy = text
    copy.withUTF8 { bytes in
      mix(2, UInt64(bytes.count))
      var offset = 0
      let raw = UnsafeRawBufferPointer(bytes)
      while offset + 16 <= raw.count {
        mix(
          UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
          UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
        offset += 16
      }
      guard offset < raw.count else { return }
      var tail: (UInt64, UInt64) = (0, 0)
      for index in offset..<raw.count {
        let shift = UInt64((index - offset) % 8 * 8)
        if index - offset < 8 {
          tail.0 |= UInt64(raw[index]) << shift
        } else {
          tail.1 |= UInt64(raw[index]) << shift
        }
      }
      mix(tail.0, tail.1)
    }
  }

  @inline(__always)
  private mutating func mix(_ left: UInt64, _ right: UInt64) {
    count &+= 16
    first ^= rotate(left &* 0x87c3_7b91_1142_53d5, 31) &* 0x4cf5_ad43_2745_937f
    first = (rotate(first, 27) &+ second) &* 5 &+ 0x52dc_e729
    second ^= rotate(right &* 0x4cf5_ad43_2745_937f, 33) &* 0x87c3_7b91_1142_53d5
    second = (rotate(second, 31) &+ first) &* 5 &+ 0x3849_5ab5
  }

  func finish() -> (UInt64, UInt64) {
    var left = first ^ count
    var right = second ^ count
    left &+= right
    right &+= left
    left = finalize(left)
    right = finalize(right)
    left &+= right
    right &+= left
    return (left, right)
  }

  @inline(__always)
  private func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }

  private func finalize(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
    value = (value ^ value >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return value ^ value >> 33
  }
}
