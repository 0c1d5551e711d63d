// Tests that zones are found on the machine by name, and by nothing else.

import MartletEngine
import MartletModel
import Testing

@Suite struct ZoneDirectoryTests {
  @Test func zonesAreRead() throws {
    let zones = ZoneDirectory()
    let summer = Instant(microseconds: 1_782_907_200_000_000)
    #expect(try zones.zone("Europe/Berlin").offset(at: summer) == 7200)
    #expect(try zones.zone("Europe/Berlin") == zones.zone("Europe/Berlin"))
    #expect(try ZoneDirectory(path: "/nowhere").zone("UTC") == .utc)
  }

  @Test(arguments: ["Mars/Olympus", "../zoneinfo/UTC", "Europe", "tzdata.zi", ""])
  func otherFilesAreNot(_ name: String) {
    #expect(throws: InvalidValue.self) { try ZoneDirectory().zone(name) }
  }
}
