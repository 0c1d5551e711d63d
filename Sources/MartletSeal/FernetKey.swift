// Decides how tokens of Fernet are opened, in which Prefect keeps the data of its blocks: AES-128-CBC, and an HMAC-SHA-256
// over all of it that is looked at first. Nothing here is sealed so.

internal import CCrypto

/// A key that tokens of Fernet are opened with.
public struct FernetKey: Sendable {
  private static let version: UInt8 = 0x80
  private static let headerLength = 1 + 8 + 16
  private static let tagLength = 32
  private static let blockLength = 16

  private let signing: [UInt8]
  private let encryption: [UInt8]

  /// Takes a key as it is written: 32 bytes in URL-safe Base64. Nil for anything else.
  public init?(_ text: String) {
    guard let bytes = Self.bytes(base64: text), bytes.count == 32 else { return nil }
    signing = Array(bytes.prefix(16))
    encryption = Array(bytes.suffix(16))
  }

  /// Opens a token, however old it is.
  /// - Throws: `SealError.notGenuine` unless it was made with this key.
  public func open(_ token: String) throws(SealError) -> [UInt8] {
    guard let bytes = Self.bytes(base64: token), bytes.first == Self.version,
      bytes.count >= Self.headerLength + Self.blockLength + Self.tagLength,
      (bytes.count - Self.headerLength - Self.tagLength) % Self.blockLength == 0
    else { throw .notGenuine }
    let signed = Array(bytes.dropLast(Self.tagLength))
    let tag = Array(bytes.suffix(Self.tagLength))
    var expected = [UInt8](repeating: 0, count: Self.tagLength)
    var length: UInt32 = 0
    guard
      HMAC(
        EVP_sha256(), signing, Int32(signing.count), signed, signed.count, &expected, &length)
        != nil, Int(length) == Self.tagLength
    else { throw .failed("the code of authentication") }
    guard CRYPTO_memcmp(expected, tag, Self.tagLength) == 0 else { throw .notGenuine }
    return try decrypt(
      Array(signed.dropFirst(Self.headerLength)), Array(signed[9..<Self.headerLength]))
  }

  private func decrypt(_ data: [UInt8], _ vector: [UInt8]) throws(SealError) -> [UInt8] {
    guard let context = EVP_CIPHER_CTX_new(), let size = Int32(exactly: data.count) else {
      throw .failed("no memory")
    }
    defer { EVP_CIPHER_CTX_free(context) }
    var out = [UInt8](repeating: 0, count: data.count + Self.blockLength)
    var count: Int32 = 0
    guard EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), nil, encryption, vector) == 1,
      EVP_DecryptUpdate(context, &out, &count, data, size) == 1
    else { throw .failed("the data") }
    var rest = [UInt8](repeating: 0, count: Self.blockLength)
    var restCount: Int32 = 0
    guard EVP_DecryptFinal_ex(context, &rest, &restCount) == 1 else { throw .notGenuine }
    return Array(out.prefix(Int(count))) + rest.prefix(Int(restCount))
  }

  /// Reads Base64 in its URL-safe alphabet; nil for what is none.
  private static func bytes(base64 text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 4)
    var held: UInt32 = 0
    var bits = 0
    var padding = 0
    var digits = 0
    for byte in text.utf8 {
      let digit: UInt32
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = UInt32(byte) - 65
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = UInt32(byte) - 97 + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte) - 48 + 52
      case UInt8(ascii: "-"), UInt8(ascii: "+"): digit = 62
      case UInt8(ascii: "_"), UInt8(ascii: "/"): digit = 63
      case UInt8(ascii: "="):
        padding += 1
        continue
      default: return nil
      }
      guard padding == 0 else { return nil }
      digits += 1
      held = (held << 6 | digit) & 0xFFFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
      }
    }
    return (digits + padding) % 4 == 0 && padding < 3 ? bytes : nil
  }
}
