// Decides where these tests have their zones from: this machine.

import Foundation
import MartletModel
import Synchronization

enum ZoneFile {
  static let directory = "/usr/share/zoneinfo"
  private static let known = Mutex<[String: Zone]>([:])

  /// A zone, read once.
  static func zone(_ name: String) throws -> Zone {
    if let zone = known.withLock({ $0[name] }) { return zone }
    let zone = try Zone(name: name, tzif: try bytes(name))
    known.withLock { $0[name] = zone }
    return zone
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
  }
}
