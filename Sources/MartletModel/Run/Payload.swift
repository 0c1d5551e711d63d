// Decides how a result or an input is carried: small ones inline, large ones by reference.

/// A result or an input: bytes with a media type, inline or elsewhere.
public struct Payload: Sendable, Equatable {
  /// The media type: `application/json`.
  public var mediaType: String
  /// The digest of the bytes: `sha256:` and 64 hexadecimal digits; may be empty.
  public var digest: String
  /// The number of bytes.
  public var size: Int64
  /// The bytes or where they are.
  public var body: Body

  /// The bytes of a payload or where they are.
  public enum Body: Sendable, Equatable {
    /// JSON text, inline.
    case json(String)
    /// Bytes, inline.
    case data([UInt8])
    /// Where the bytes are kept.
    case uri(String)
  }

  /// What the addresses of results begin with that are stored beside the states; their ids follow.
  public static let storedScheme = "martlet:result/"

  /// Makes a payload.
  public init(mediaType: String, digest: String = "", size: Int64 = 0, body: Body) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.body = body
  }
}
