// Decides how a fault travels while C structs are read: as one byte; where it was is found afterwards.

/// Why a C struct could not be read. `FaultLocation` makes a `WireError` of it.
public enum WireFault: Error, Sendable {
  case malformed, tooDeep, tooLarge, invalidUTF8, embeddedNUL
  /// Two keys of a map are one text to Swift, whose strings compare by canonical equivalence.
  case equivalentKeys
  /// A full `WireError` was already written down.
  case described
}

extension WireError {
  static func tooLarge(_ count: Int, _ limits: DecodeLimits) -> WireError {
    WireError(
      .tooLarge,
      message: "the message has \(count) bytes, more than the limit of \(limits.size)")
  }
}
