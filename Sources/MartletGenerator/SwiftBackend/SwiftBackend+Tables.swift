// Decides the files that exist once for all: namespaces, the registry of types, the embedded descriptors.

extension SwiftBackend {
  /// The caseless enums that packages stand in.
  func namespaces(of files: [ProtoFile]) -> String {
    var text = SourceText()
    header("the packages", &text)
    var tree = Namespace()
    for file in files { tree.insert(names.namespace(file.package)[...]) }
    for (index, name) in tree.children.keys.sorted().enumerated() {
      if index > 0 { text.line() }
      tree.children[name]?.write(name, path: name, &text)
    }
    return text.content
  }

  /// Finds schemas by name, for `google.protobuf.Any` in JSON.
  func types(of files: [ProtoFile]) -> String {
    var text = SourceText()
    header("all messages", &text)
    text.line("public import MartletWire")
    text.line()
    text.doc("The message types of this module by their protobuf names.")
    text.open("public enum ProtoTypes {")
    text.doc(
      "The schema of a full name such as `martlet.v1.Run`, those of google.protobuf included.")
    text.open("public static func schema(named name: String) -> MartletWire.MessageSchema? {")
    text.line("all[name]?() ?? MartletWire.WellKnownTypes.schema(named: name)")
    text.close()
    text.line()
    text.doc("Every message type by its full name.")
    text.open(
      "public static let all: [String: @Sendable () -> MartletWire.MessageSchema] = [")
    let messages = files.flatMap(\.messages).flatMap(\.withNested)
    for message in messages.sorted(by: { $0.fullName < $1.fullName }) {
      let path = names.path(message).joined(separator: ".")
      text.line("\(quoted(message.fullName)): { \(path).schema },")
    }
    if messages.isEmpty { text.line(":") }
    text.close("]")
    text.line()
    text.doc("Every message type as a Swift type, by its full name.")
    text.open("public static let messages: [String: any MartletWire.WireMessage.Type] = [")
    for message in messages.sorted(by: { $0.fullName < $1.fullName }) {
      text.line("\(quoted(message.fullName)): \(names.path(message).joined(separator: ".")).self,")
    }
    if messages.isEmpty { text.line(":") }
    text.close("]")
    text.close()
    return text.content
  }

  /// Encoded FileDescriptorProtos, for server reflection.
  func descriptors() -> String {
    var text = SourceText()
    header("all files", &text)
    text.line("public import MartletWire")
    text.line()
    text.doc("Descriptors of all .proto files of this module and of what they import.")
    text.open("public enum ProtoDescriptors {")
    text.doc("Every file, dependencies before dependants.")
    text.open("public static let files: [MartletWire.DescriptorFile] = [")
    for file in model.files {
      text.open("MartletWire.DescriptorFile(")
      text.line("name: \(quoted(file.path)),")
      text.line("dependencies: [\(file.dependencies.map(quoted).joined(separator: ", "))],")
      text.open("symbols: [")
      for symbol in file.symbols { text.line("\(quoted(symbol)),") }
      text.close("],")
      text.line("base64: \"\"\"")
      for line in base64Lines(file.descriptor) { text.line("  \(line)\\") }
      text.line()
      text.line("  \"\"\"")
      text.close("),")
    }
    text.close("]")
    text.close()
    return text.content
  }

  private func base64Lines(_ bytes: [UInt8]) -> [String] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    // 72 bytes are 96 characters.
    return stride(from: 0, to: bytes.count, by: 72).map { start in
      let part = bytes[start..<min(start + 72, bytes.count)]
      var line = ""
      var index = part.startIndex
      while index < part.endIndex {
        let group = (0..<3).map { index + $0 < part.endIndex ? Int(part[index + $0]) : 0 }
        let bits = group[0] << 16 | group[1] << 8 | group[2]
        let count = min(3, part.endIndex - index)
        for position in 0..<4 {
          line += position <= count ? String(alphabet[bits >> (18 - 6 * position) & 63]) : "="
        }
        index += 3
      }
      return line
    }
  }
}

/// A tree of packages.
private struct Namespace {
  var children: [String: Namespace] = [:]

  mutating func insert(_ path: ArraySlice<String>) {
    guard let first = path.first else { return }
    children[first, default: Namespace()].insert(path.dropFirst())
  }

  func write(_ name: String, path: String, _ text: inout SourceText) {
    text.doc("Types of the protobuf package `\(path.lowercased())`.")
    guard !children.isEmpty else {
      text.line("public enum \(name) {}")
      return
    }
    text.open("public enum \(name) {")
    for (index, child) in children.keys.sorted().enumerated() {
      if index > 0 { text.line() }
      children[child]?.write(child, path: "\(path).\(child)", &text)
    }
    text.close()
  }
}
