// Decides that `google.protobuf.Duration` is Swift's own Duration, to the nanosecond.

import CProtobufC
import CWellKnownProto

extension Duration: WireMessage {
  /// No time.
  public init() { self = .zero }

  /// Names, numbers and kinds of the fields.
  public static var schema: MessageSchema { WellKnownTypes.duration }

  /// Reads the C struct that protobuf-c decoded.
  public init(reading raw: UnsafeRawPointer, _ reader: WireReader) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Duration.self)
    self.init(
      secondsComponent: c.pointee.seconds,
      attosecondsComponent: Int64(c.pointee.nanos) * Self.attosecondsPerNanosecond)
  }

  /// Fills the C struct that protobuf-c encodes.
  public func write(to raw: UnsafeMutableRawPointer, _ writer: WireWriter) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Duration.self)
    google__protobuf__duration__init(c)
    // `components` traps beyond what 64 bits of seconds hold; such a duration is sent as the longest one.
    let (seconds, nanos) = wireComponents
    c.pointee.seconds = seconds
    c.pointee.nanos = nanos
  }

  private static let attosecondsPerNanosecond: Int64 = 1_000_000_000

  /// Seconds and nanoseconds of one sign, cut to the nanosecond and to 64 bits of seconds.
  private var wireComponents: (Int64, Int32) {
    if self > .seconds(Int64.max) { return (.max, 999_999_999) }
    if self < .seconds(Int64.min) { return (.min, -999_999_999) }
    let (seconds, attoseconds) = components
    return (seconds, Int32(attoseconds / Self.attosecondsPerNanosecond))
  }
}
