// Decides where zones come from: the machine's files, read once each and kept for the life of the process.

internal import Glibc
public import MartletModel
internal import Synchronization

/// The time zones of this machine.
public final class ZoneDirectory: Sendable {
  /// Those that tzdata installed.
  public static let standard = ZoneDirectory()

  private let path: String
  private let known = Mutex<[String: Zone]>([:])

  /// Takes a directory of TZif files, as tzdata installs it.
  public init(path: String = "/usr/share/zoneinfo") { self.path = path }

  /// A zone by its IANA name. UTC needs no file.
  ///
  /// - Throws: ``InvalidValue`` for `zone`, when there is none of that name, or its file is damaged.
  public func zone(_ name: String) throws(InvalidValue) -> Zone {
    if name == Zone.utc.name { return .utc }
    if let zone = known.withLock({ $0[name] }) { return zone }
    guard Zone.isName(name), let bytes = read("\(path)/\(name)") else {
      throw InvalidValue(
        "zone",
        "'\(name.prefix(64))' is not known here: use a name like Europe/Berlin, and install tzdata")
    }
    let zone = try Zone(name: name, tzif: bytes)
    known.withLock { $0[name] = zone }
    return zone
  }

  private func read(_ file: String) -> [UInt8]? {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Zone.largestFile + 1)
    var count = 0
    while count < bytes.count {
      let taken = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
      }
      guard taken >= 0 else { return nil }
      if taken == 0 { break }
      count += taken
    }
    return Array(bytes.prefix(count))
  }
}
