// Decides what a backend knows of a .proto file. The model is plain values with every name resolved and every
// comment attached: a backend reads nothing but this and needs no knowledge of protoc.

/// Every file that protoc handed over, and which of them to generate.
struct ProtoSet {
  /// All files, dependencies before dependants.
  let files: [ProtoFile]
  private let messagesByName: [String: ProtoMessage]
  private let enumsByName: [String: ProtoEnum]

  init(files: [ProtoFile]) {
    self.files = files
    var messages: [String: ProtoMessage] = [:]
    var enums: [String: ProtoEnum] = [:]
    for file in files {
      for enumeration in file.enums { enums[enumeration.fullName] = enumeration }
      for message in file.messages.flatMap(\.withNested) {
        messages[message.fullName] = message
        for enumeration in message.enums { enums[enumeration.fullName] = enumeration }
      }
    }
    messagesByName = messages
    enumsByName = enums
  }

  /// The files named on protoc's command line.
  var generated: [ProtoFile] { files.filter(\.isGenerated) }

  /// The message of a full name such as `martlet.v1.Run`.
  func message(_ fullName: String) -> ProtoMessage? { messagesByName[fullName] }

  /// The enum of a full name such as `martlet.v1.RunKind`.
  func enumeration(_ fullName: String) -> ProtoEnum? { enumsByName[fullName] }
}

/// One .proto file.
struct ProtoFile {
  /// The path as imported, for example `martlet/v1/run.proto`.
  let path: String
  /// For example `martlet.v1`; may be empty.
  let package: String
  /// Whether it says `syntax = "proto3"`.
  let isProto3: Bool
  /// The paths of its imports, in order.
  let dependencies: [String]
  /// Its top-level messages, in order.
  let messages: [ProtoMessage]
  /// Its top-level enums, in order.
  let enums: [ProtoEnum]
  /// Its services, in order.
  let services: [ProtoService]
  /// Whether it was named on protoc's command line, not only imported.
  let isGenerated: Bool
  /// The comment above `package`, or above `syntax`; empty when there is none.
  let comment: String
  /// The encoded FileDescriptorProto without source positions and comments.
  let descriptor: [UInt8]

  /// Full names of all that the file declares, as server reflection asks for them.
  var symbols: [String] {
    var names: [String] = []
    for message in messages.flatMap(\.withNested) {
      names.append(message.fullName)
      names += message.fields.map { "\(message.fullName).\($0.name)" }
      names += message.enums.map(\.fullName)
    }
    names += enums.map(\.fullName)
    for service in services {
      names.append(service.fullName)
      names += service.methods.map { "\(service.fullName).\($0.name)" }
    }
    return names
  }
}
