// Decides which UUID stands for something that has names and no id of its own: always the same one.

extension UUIDValue {
  /// The UUID of some names.
  ///
  /// - Parameter version: the version nibble that it carries: 8 says what it is (RFC 9562 section 5.8); 4 passes where only
  ///   random ones do.
  public static func derived(from names: [String], version: UInt64 = 8) -> UUIDValue {
    var hash = StableHash()
    for name in names { hash.add(name) }
    let (high, low) = hash.finish()
    return UUIDValue(
      high: high & ~0xF000 | (version & 0xF) << 12, low: low & ~(0b11 << 62) | 0b10 << 62)
  }
}
