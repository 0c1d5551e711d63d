// Decides that only addresses of the open internet are public, in whichever form they come; Python's ranges agree.

import Testing

@testable import MartletModel

@Suite struct NetworkAddressTests {
  private static func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> NetworkAddress {
    .v4([a, b, c, d])
  }

  /// An address of IPv6 of its first and last bytes.
  private static func v6(_ first: [UInt8], _ last: [UInt8]) -> NetworkAddress {
    .v6(first + [UInt8](repeating: 0, count: 16 - first.count - last.count) + last)
  }

  @Test(arguments: [
    v4(8, 8, 8, 8), v4(1, 1, 1, 1), v4(100, 63, 255, 255), v4(100, 128, 0, 0), v4(172, 15, 0, 1),
    v4(172, 32, 0, 1), v4(192, 167, 255, 255), v4(169, 253, 0, 1), v4(223, 255, 255, 255),
    v4(168, 63, 129, 17), v6([0x26, 0x06, 0x47, 0], [0x11]), v6([0x20, 0x01, 0x48, 0x60], [0x88]),
    v6([0, 0x64, 0xFF, 0x9B], [8, 8, 8, 8]),
    .v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 8, 8, 8, 8]),
  ]) func isPublic(_ address: NetworkAddress) { #expect(address.isPublic) }

  @Test(arguments: [
    v4(0, 0, 0, 0), v4(10, 1, 2, 3), v4(100, 64, 0, 1), v4(100, 100, 100, 200), v4(127, 0, 0, 1),
    v4(127, 255, 0, 9), v4(169, 254, 169, 254), v4(172, 16, 0, 1), v4(172, 31, 255, 255),
    v4(192, 168, 1, 1), v4(192, 0, 0, 192), v4(198, 18, 0, 1), v4(198, 19, 0, 1),
    v4(203, 0, 113, 7), v4(224, 0, 0, 1), v4(240, 0, 0, 1), v4(255, 255, 255, 255),
    v4(168, 63, 129, 16), v6([], []), v6([], [1]), v6([], [127, 0, 0, 1]),
    v6([0xFE, 0x80], [1]), v6([0xFC], [1]), v6([0xFD, 0, 0x0E, 0xC2], [2, 0x54]),
    v6([0xFF, 0x02], [1]), v6([0x20, 0x01, 0x0D, 0xB8], [1]), v6([0x20, 0x02, 127, 0, 0, 1], []),
    v6([0x20, 0x01, 0, 0], [1]), v6([0x3F, 0xFF, 0x0F], [1]),
    v6([0, 0x64, 0xFF, 0x9B], [10, 0, 0, 1]), v6([0, 0x64, 0xFF, 0x9B, 0, 1], [1]),
    .v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1]),
    .v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 169, 254, 169, 254]), .v4([8]), .v6([]),
  ]) func isNotPublic(_ address: NetworkAddress) { #expect(!address.isPublic) }
}
