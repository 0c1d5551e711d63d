// Decides how the digest of a result is computed: SHA-256 as FIPS 180-4 has it.

/// The digest of bytes by which results are checked; the bytes may come in parts.
public struct SHA256: Sendable {
  private var state = Block()
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  /// The digest of no bytes.
  public init() {}

  /// Takes the next bytes.
  public mutating func add(_ bytes: some Collection<UInt8>) {
    let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { add($0) }
    if isContiguous == nil { Array(bytes).withUnsafeBufferPointer { add($0) } }
  }

  private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    count += UInt64(bytes.count)
    var at = 0
    if !rest.isEmpty {
      at = min(64 - rest.count, bytes.count)
      rest += bytes[..<at]
      guard rest.count == 64 else { return }
      takeRest()
    }
    while bytes.count - at >= 64 {
      state.take(UnsafeBufferPointer(rebasing: bytes[at..<at + 64]))
      at += 64
    }
    rest += bytes[at...]
  }

  private mutating func takeRest() {
    rest.withUnsafeBufferPointer { state.take($0) }
    rest.removeAll(keepingCapacity: true)
  }

  /// The 32 bytes of the digest of what came so far.
  public var digest: [UInt8] {
    // A one bit, zeros, and the length in bits at the end of a block.
    var ended = self
    let length = withUnsafeBytes(of: (count * 8).bigEndian) { Array($0) }
    ended.add([0x80] + [UInt8](repeating: 0, count: (119 - rest.count) % 64) + length)
    return ended.state.words.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
  }

  /// `sha256:` and the digest in 64 lower-case hexadecimal digits.
  public var label: String {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("sha256:".utf8)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The label of bytes that are there as a whole.
  public static func label(of bytes: some Collection<UInt8>) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.label
  }

  private struct Block: Sendable {
    var words: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
      0x5be0_cd19,
    ]
    private var schedule = [UInt32](repeating: 0, count: 64)

    /// Takes the next 64 bytes.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
      schedule.withUnsafeMutableBufferPointer { w in
        SHA256.constants.withUnsafeBufferPointer { k in
          words.withUnsafeMutableBufferPointer { Self.compress(bytes, w, k, $0) }
        }
      }
    }

    private static func compress(
      _ bytes: UnsafeBufferPointer<UInt8>, _ w: UnsafeMutableBufferPointer<UInt32>,
      _ k: UnsafeBufferPointer<UInt32>, _ words: UnsafeMutableBufferPointer<UInt32>
    ) {
      for i in 0..<16 {
        let at = i * 4
        let high = UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16
        w[i] = high | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
      }
      for i in 16..<64 {
        let early = w[i - 15]
        let late = w[i - 2]
        let s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)
        let s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10)
        w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
      }
      var (a, b, c, d) = (words[0], words[1], words[2], words[3])
      var (e, f, g, h) = (words[4], words[5], words[6], words[7])
      for i in 0..<64 {
        let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let choice = (e & f) ^ (~e & g)
        let first = h &+ s1 &+ choice &+ k[i] &+ w[i]
        let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        let majority = (a & b) ^ (a & c) ^ (b & c)
        (h, g, f, e) = (g, f, e, d &+ first)
        (d, c, b, a) = (c, b, a, first &+ s0 &+ majority)
      }
      words[0] &+= a
      words[1] &+= b
      words[2] &+= c
      words[3] &+= d
      words[4] &+= e
      words[5] &+= f
      words[6] &+= g
      words[7] &+= h
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
      word &>> count | word &<< (32 &- count)
    }
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
