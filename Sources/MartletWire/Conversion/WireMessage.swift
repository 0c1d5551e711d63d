// Decides what generated types supply, and builds `Message` on it: bytes to C struct to value and back.

/// Knows the C form of a Swift type.
///
/// For a message the Swift type is the message itself. Wrappers such as `google.protobuf.Int64Value` have a bridge of
/// their own, and a natural Swift type.
public protocol WireBridge {
  /// What programs see.
  associatedtype SwiftValue: Sendable & Equatable
  /// Names and layout.
  static var schema: MessageSchema { get }
  /// The value of an absent message where absence cannot be told, as in a map.
  static var emptyValue: SwiftValue { get }
  /// Reads a C struct.
  static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) -> SwiftValue
  /// Initializes and fills a C struct; what it points to is in the writer's arena.
  static func write(
    _ value: SwiftValue, to raw: UnsafeMutableRawPointer, _ writer: WireWriter)
}

/// A message that protoc-gen-martlet wrote, or one of google.protobuf with a Swift type of its own.
public protocol WireMessage: Message, WireBridge where SwiftValue == Self {
  /// Reads a C struct.
  init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault)
  /// Initializes and fills a C struct.
  func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter)
}

extension WireMessage {
  /// The message with every field at its default.
  public static var emptyValue: Self { Self() }

  /// Reads a C struct.
  @inlinable
  public static func read(_ raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) -> Self {
    try Self(reading: raw, reader)
  }

  /// Initializes and fills a C struct.
  @inlinable
  public static func write(_ value: Self, to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    value.write(to: raw, writer)
  }

  /// The protobuf name.
  public static var fullName: String { schema.fullName }

  /// Reads the binary encoding.
  @inlinable
  public static func decode(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits = .standard)
    throws(WireError) -> Self
  {
    let decoding = try WireDecoding.binary(bytes, schema, limits)
    defer { decoding.end() }
    do throws(WireFault) {
      return try Self(reading: decoding.raw, decoding.reader)
    } catch {
      throw decoding.describe(error)
    }
  }

  /// Encodes in binary and lends the bytes to `body`.
  @inlinable
  public func withEncodedBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let encoding = WireEncoding(Self.schema)
    defer { encoding.end() }
    write(to: encoding.raw, encoding.writer)
    return try body(encoding.packed())
  }
}

extension Message {
  /// Reads the binary encoding from an array.
  public init(encoded bytes: [UInt8], limits: DecodeLimits = .standard) throws(WireError) {
    // `withUnsafeBytes` has no typed throws.
    self = try bytes.withUnsafeBytes { bytes in
      Result { () throws(WireError) in try Self.decode(bytes, limits: limits) }
    }.get()
  }

  /// The binary encoding as an array.
  public func encoded() -> [UInt8] { withEncodedBytes { [UInt8]($0) } }
}
