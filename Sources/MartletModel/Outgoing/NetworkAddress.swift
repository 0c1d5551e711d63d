// Decides which addresses of the internet protocol are public: no host, network or metadata service of the machines around
// the server is. After the registries of special-purpose addresses of RFC 6890.

/// An address of IPv4 or IPv6, by its bytes in the order of the network.
public enum NetworkAddress: Sendable, Hashable {
  /// Four bytes.
  case v4([UInt8])
  /// Sixteen bytes.
  case v6([UInt8])

  /// Whether it belongs to nobody but its owner on the open internet.
  public var isPublic: Bool {
    switch self {
    case .v4(let bytes): bytes.count == 4 && Self.isPublic(v4: bytes[...])
    case .v6(let bytes): bytes.count == 16 && Self.isPublic(v6: bytes)
    }
  }

  private static func isPublic(v4 bytes: ArraySlice<UInt8>) -> Bool {
    !Self.special.contains { start, length in begins(bytes, start, length) }
  }

  private static func isPublic(v6 bytes: [UInt8]) -> Bool {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    // Both stand for an address of IPv4.
    if bytes.starts(with: mapped) || bytes.starts(with: translated) {
      return isPublic(v4: bytes[12...])
    }
    // Of all others only 2000::/3 is in use.
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    // 2001::/23 protocols and Teredo, 2001:db8::/32 and 3fff::/20 documentation, 2002::/16 6to4.
    return !begins(bytes[...], [0x20, 0x01, 0x00], 23)
      && !begins(bytes[...], [0x20, 0x01, 0x0D, 0xB8], 32)
      && !begins(bytes[...], [0x20, 0x02], 16) && !begins(bytes[...], [0x3F, 0xFF, 0x00], 20)
  }

  /// Whether the first bits are those of another address.
  private static func begins(_ bytes: ArraySlice<UInt8>, _ start: [UInt8], _ length: Int) -> Bool {
    for (index, (byte, wanted)) in zip(bytes, start).enumerated() {
      let rest = length - 8 * index
      if rest <= 0 { break }
      let mask: UInt8 = rest >= 8 ? 0xFF : ~(0xFF >> UInt8(rest))
      if byte & mask != wanted & mask { return false }
    }
    return true
  }

  /// The ranges of IPv4 that are not public, with the length of what they have in common.
  private static let special: [(start: [UInt8], length: Int)] = [
    // This network, private networks, those between providers and customers, loopback, link-local and metadata.
    ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12),
    // Protocols, documentation, 6to4 relays, private, documentation of AS112, benchmarks.
    ([192, 0, 0], 24), ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15),
    ([198, 51, 100], 24), ([203, 0, 113], 24),
    // The host of a virtual machine in Azure.
    ([168, 63, 129, 16], 32),
    // Multicast, reserved, broadcast.
    ([224], 4), ([240], 4),
  ]
}
