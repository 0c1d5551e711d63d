// Decides how the embedded descriptors are found: by file name and by the symbols a file declares.

import MartletCall
import MartletProto
import MartletWire

/// The .proto files of a server and the services it serves.
struct DescriptorIndex: Sendable {
  /// The names of the services served, sorted.
  let services: [String]
  private let files: [String: DescriptorFile]
  private let fileOfSymbol: [String: String]

  init(services: [String], files: [DescriptorFile]) {
    self.services = services.sorted()
    self.files = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
    fileOfSymbol = Dictionary(files.flatMap { file in file.symbols.map { ($0, file.name) } }) {
      first, _ in first
    }
  }

  /// The file that declares a symbol.
  func file(declaring symbol: String) -> String? { fileOfSymbol[symbol] }

  /// A file and what it imports, directly or not, without those in `sent`, which grows by them.
  ///
  /// - Returns: nil when there is no such file.
  func encoded(_ name: String, without sent: inout Set<String>) -> [[UInt8]]? {
    guard let file = files[name] else { return nil }
    // The file asked for is always told, also when it was told before.
    sent.insert(name)
    var encoded = [file.bytes]
    var open = file.dependencies
    while let next = open.popLast() {
      guard sent.insert(next).inserted, let dependency = files[next] else { continue }
      encoded.append(dependency.bytes)
      open += dependency.dependencies
    }
    return encoded
  }
}
