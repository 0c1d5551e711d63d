// Decides that `google.protobuf.Any` keeps its message encoded until somebody who knows the type asks for it.

import CProtobufC
import CWellKnownProto

/// A message of any type, encoded: `google.protobuf.Any`.
public struct AnyMessage: WireMessage, Hashable {
  /// Ends in the protobuf name after a slash: `type.googleapis.com/google.rpc.ErrorInfo`.
  public var typeURL: String
  /// The encoded message.
  public var value: [UInt8]

  /// Nothing.
  public init() { self.init(typeURL: "", value: []) }

  /// An encoded message and its type.
  public init(typeURL: String, value: [UInt8]) {
    self.typeURL = typeURL
    self.value = value
  }

  /// Encodes a message.
  public init(packing message: some Message) {
    self.init(
      typeURL: "type.googleapis.com/" + type(of: message).fullName, value: message.encoded())
  }

  /// The protobuf name of the message inside.
  public var typeName: String {
    typeURL.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      String(typeURL[typeURL.utf8.index(after: $0)...])
    } ?? typeURL
  }

  /// Decodes the message if it is of the type asked for; nil when it is of another.
  public func unpacked<M: Message>(as type: M.Type, limits: DecodeLimits = .standard)
    throws(WireError) -> M?
  {
    guard typeName == M.fullName else { return nil }
    return try M(encoded: value, limits: limits)
  }

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.any }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Any.self)
    self.init(
      typeURL: try reader.string(c.pointee.type_url), value: reader.bytes(c.pointee.value))
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Any.self)
    google__protobuf__any__init(c)
    c.pointee.type_url = writer.string(typeURL)
    c.pointee.value = writer.bytes(value)
  }
}
