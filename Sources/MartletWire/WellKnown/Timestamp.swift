// Decides that `google.protobuf.Timestamp` is seconds and nanoseconds since 1970, as on the wire.

import CProtobufC
import CWellKnownProto

/// A point in time with nanoseconds, `google.protobuf.Timestamp`.
public struct Timestamp: WireMessage, Hashable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z; negative before.
  public var seconds: Int64
  /// Nanoseconds after that second, from 0 to 999,999,999.
  public var nanos: Int32

  /// 1970-01-01T00:00:00Z.
  public init() { self.init(seconds: 0) }

  /// A point in time.
  public init(seconds: Int64, nanos: Int32 = 0) {
    self.seconds = seconds
    self.nanos = nanos
  }

  /// Earlier before later.
  public static func < (a: Timestamp, b: Timestamp) -> Bool {
    (a.seconds, a.nanos) < (b.seconds, b.nanos)
  }

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.timestamp }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Timestamp.self)
    self.init(seconds: c.pointee.seconds, nanos: c.pointee.nanos)
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Timestamp.self)
    google__protobuf__timestamp__init(c)
    c.pointee.seconds = seconds
    c.pointee.nanos = nanos
  }
}
