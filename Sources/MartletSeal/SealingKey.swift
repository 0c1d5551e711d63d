// Decides how data is sealed: AES-256-GCM (NIST SP 800-38D) with a nonce of its own each time, bound to what the data
// belongs to, so that sealed data cannot be moved from one thing to another.

internal import CCrypto

/// Why data cannot be sealed or opened.
public enum SealError: Error, Equatable, CustomStringConvertible {
  /// The data was not sealed with this key for this purpose, or it was changed.
  case notGenuine
  /// The library refused.
  case failed(String)

  /// The sentence.
  public var description: String {
    switch self {
    case .notGenuine: "the data was not sealed with this key, or it was changed since"
    case .failed(let what): "the crypto library refused: \(what)"
    }
  }
}

/// A key that data is sealed with.
public struct SealingKey: Sendable, Equatable {
  /// The length of a key, in bytes.
  public static let length = 32
  private static let nonceLength = 12
  private static let tagLength = 16

  /// What it is called beside the data.
  public let id: String
  let bytes: [UInt8]

  /// Takes a key of 32 bytes; nil for any other length, and without an id.
  public init?(id: String, bytes: [UInt8]) {
    guard bytes.count == Self.length, !id.isEmpty else { return nil }
    self.id = id
    self.bytes = bytes
  }

  /// Makes a key by chance.
  /// - Throws: `SealError` when the system has no randomness.
  public static func random() throws(SealError) -> SealingKey {
    let id = try random(count: 4).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    return SealingKey(id: id, bytes: try random(count: length))!
  }

  /// Seals data: nonce, sealed data, tag.
  /// - Parameter purpose: What the data belongs to; the same is needed to open it.
  /// - Throws: `SealError`.
  public func seal(_ data: [UInt8], for purpose: String) throws(SealError) -> [UInt8] {
    let nonce = try Self.random(count: Self.nonceLength)
    let context = try CipherContext(key: bytes, nonce: nonce, seals: true)
    try context.bind(Array(purpose.utf8))
    let sealed = try context.update(data)
    try context.finish()
    return nonce + sealed + (try context.tag(length: Self.tagLength))
  }

  /// Opens what was sealed.
  /// - Throws: `SealError.notGenuine` unless it was sealed with this key for this purpose.
  public func open(_ sealed: [UInt8], for purpose: String) throws(SealError) -> [UInt8] {
    guard sealed.count >= Self.nonceLength + Self.tagLength else { throw .notGenuine }
    let nonce = Array(sealed.prefix(Self.nonceLength))
    let context = try CipherContext(key: bytes, nonce: nonce, seals: false)
    try context.bind(Array(purpose.utf8))
    let data = try context.update(
      Array(sealed.dropFirst(Self.nonceLength).dropLast(Self.tagLength)))
    try context.expect(tag: Array(sealed.suffix(Self.tagLength)))
    do throws(SealError) { try context.finish() } catch { throw .notGenuine }
    return data
  }

  private static func random(count: Int) throws(SealError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .failed("no randomness") }
    return bytes
  }
}

/// One use of the cipher.
private final class CipherContext {
  private let context: OpaquePointer
  private let seals: Bool

  init(key: [UInt8], nonce: [UInt8], seals: Bool) throws(SealError) {
    guard let context = EVP_CIPHER_CTX_new() else { throw .failed("no memory") }
    self.context = context
    self.seals = seals
    guard
      EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, seals ? 1 : 0) == 1
    else { throw .failed("the cipher is not there") }
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// Takes bytes that are not sealed, but must be the same at both ends.
  func bind(_ bytes: [UInt8]) throws(SealError) {
    var count: Int32 = 0
    guard EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count)) == 1 else {
      throw .failed("what is bound")
    }
  }

  func update(_ bytes: [UInt8]) throws(SealError) -> [UInt8] {
    guard let length = Int32(exactly: bytes.count) else { throw .failed("too much data") }
    var out = [UInt8](repeating: 0, count: bytes.count)
    var count: Int32 = 0
    guard EVP_CipherUpdate(context, &out, &count, bytes, length) == 1, Int(count) == bytes.count
    else { throw .failed("the data") }
    return out
  }

  func finish() throws(SealError) {
    var rest = [UInt8](repeating: 0, count: 16)
    var count: Int32 = 0
    guard EVP_CipherFinal_ex(context, &rest, &count) == 1 else { throw .failed("the end") }
  }

  func tag(length: Int) throws(SealError) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: length)
    guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(length), &tag) == 1 else {
      throw .failed("the tag")
    }
    return tag
  }

  func expect(tag: [UInt8]) throws(SealError) {
    var tag = tag
    guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else {
      throw .failed("the tag")
    }
  }
}
