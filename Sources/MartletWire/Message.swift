// Decides what a protobuf message is to the rest of Martlet: a Swift value that can be read from and
// written to the binary and the JSON encoding, and that knows its own schema.

/// A protobuf message as a Swift value.
///
/// Generated types conform; see `protoc-gen-martlet`. No pointer into an arena ever escapes a call.
public protocol Message: Sendable, Equatable {
  /// A message with every field at its default.
  init()

  /// The protobuf name, for example `martlet.v1.Run`.
  static var fullName: String { get }

  /// Reads the binary encoding.
  ///
  /// - Throws: `WireError` when the bytes are malformed, a string is not UTF-8 or holds NUL where that is
  ///   refused, or a limit is passed. Unknown fields are skipped.
  static func decode(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(WireError)
    -> Self

  /// Encodes in binary and lends the bytes to `body`; they are gone when it returns.
  func withEncodedBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R

  /// Reads proto3 JSON.
  ///
  /// - Throws: `WireError`, which names the path of the offending field.
  static func decodeJSON(_ bytes: UnsafeRawBufferPointer, options: JSONOptions) throws(WireError)
    -> Self

  /// Writes proto3 JSON: lowerCamelCase names, enums by name, 64-bit integers as strings.
  func encodeJSON(options: JSONOptions) throws(WireError) -> [UInt8]
}

/// How much of a peer's bytes is read before it is refused.
public struct DecodeLimits: Sendable, Equatable {
  /// Longest encoded message, in bytes.
  public var size: Int
  /// Deepest nesting of messages.
  public var depth: Int

  /// The limits of the public contract: 4 MiB and 100 levels.
  public static let standard = DecodeLimits(size: 4 << 20, depth: 100)

  /// Makes limits of a size in bytes and a depth in levels.
  public init(size: Int, depth: Int) {
    self.size = size
    self.depth = depth
  }
}

/// The choices that proto3 JSON leaves open.
public struct JSONOptions: Sendable, Equatable {
  /// Whether unknown fields are passed over instead of refused.
  public var ignoreUnknownFields: Bool
  /// Whether fields at their default are written too.
  public var writesDefaults: Bool
  /// Limits on what is read.
  public var limits: DecodeLimits

  /// Refuses unknown fields and leaves defaults out.
  public static let standard = JSONOptions()

  /// Makes options; the defaults are those of the specification.
  public init(
    ignoreUnknownFields: Bool = false, writesDefaults: Bool = false,
    limits: DecodeLimits = .standard
  ) {
    self.ignoreUnknownFields = ignoreUnknownFields
    self.writesDefaults = writesDefaults
    self.limits = limits
  }
}

/// Why bytes are not the message they claim to be.
public struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of fault.
  public enum Reason: Sendable, Equatable {
    case malformed, truncated, tooLarge, tooDeep, invalidUTF8, embeddedNUL, unknownField
    case duplicateKey, typeMismatch, outOfRange, unrepresentable
  }
  /// The kind of fault.
  public var reason: Reason
  /// Where in the message, for example `reports[3].runId`; empty when not known.
  public var path: String
  /// One sentence for people: what is wrong and what to send instead.
  public var message: String

  /// Makes an error.
  public init(_ reason: Reason, path: String = "", message: String) {
    self.reason = reason
    self.path = path
    self.message = message
  }

  /// The path and the sentence.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
