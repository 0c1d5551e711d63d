// Decides the randomness of these tests: seeded, so that a failure can be run again.

/// SplitMix64: small, and good enough to make test data.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Text of up to `limit` scalars from all planes, without NUL.
  mutating func text(_ limit: Int) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...limit, using: &self) {
      let plane: ClosedRange<UInt32> =
        [0x01...0x7f, 0x80...0x7ff, 0xe000...0xffff, 0x1f300...0x1f6ff].randomElement(using: &self)
        ?? 0x20...0x7e
      if let scalar = Unicode.Scalar(UInt32.random(in: plane, using: &self)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Up to `limit` bytes of any value, NUL among them.
  mutating func bytes(_ limit: Int) -> [UInt8] {
    (0..<Int.random(in: 0...limit, using: &self)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
