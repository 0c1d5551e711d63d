// Decides how settings reach the program from outside: which variables it takes, and how a file is read.

import Glibc
import MartletServer
import MartletSettings

/// The variables of this process.
enum ProcessEnvironment {
  /// All that settings depend on.
  ///
  /// - Throws: `SettingsError` when one of them is not UTF-8.
  static func read() throws(SettingsError) -> [String: String] {
    let others = Set(
      ServerConfiguration.settings.flatMap(\.otherVariables) + ["HOME", "XDG_CONFIG_HOME"])
    var variables: [String: String] = [:]
    var problems: [String] = []
    var entry = environ
    while let text = entry.pointee {
      entry += 1
      let bytes = UnsafeBufferPointer(start: text, count: strlen(text))
      guard let equals = bytes.firstIndex(of: CChar(UInt8(ascii: "="))) else { continue }
      let name = String(decoding: bytes[..<equals].map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard name.hasPrefix("MARTLET_") || others.contains(name) else { continue }
      variables[name] = String(validatingCString: text + equals + 1)
      if variables[name] == nil { problems.append("\(name) is not UTF-8") }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    return variables
  }
}

extension SettingsFile {
  /// The file that the search comes to; nil when there is none.
  ///
  /// - Throws: `SettingsError` when it cannot be read, or says what no setting takes.
  static func found(by search: SettingsSearch) throws(SettingsError) -> SettingsFile? {
    switch search {
    case .named(let path): return try SettingsFile(at: path)
    case .first(let paths):
      guard let path = paths.first(where: { access($0, F_OK) == 0 }) else { return nil }
      return try SettingsFile(at: path)
    }
  }

  /// Reads a file; it is called by its absolute path.
  init(at path: String) throws(SettingsError) {
    var place = path
    if !path.hasPrefix("/"), let directory = getcwd(nil, 0) {
      place = String(cString: directory) + "/" + path
      free(directory)
    }
    func failed() -> SettingsError {
      SettingsError(["\(place) cannot be read: \(String(cString: strerror(errno)))"])
    }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failed() }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= Self.longest {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failed() }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard bytes.count <= Self.longest else {
      throw SettingsError(["\(place) is longer than \(Self.longest) bytes"])
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SettingsError(["\(place) is not UTF-8"])
    }
    try self.init(text, path: place, table: ServerConfiguration.settings)
  }

  private static var longest: Int { 64 << 10 }
}
