// Decides how protoc's request is read and its response written (google/protobuf/compiler/plugin.proto).

import CPluginProto
import CProtobufC
import Glibc

/// A fault in the request or in a .proto file, told to protoc's user.
struct PluginFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A file to be written by protoc.
struct OutputFile {
  let path: String
  let content: String
}

/// What protoc asks. Owns the decoded C structs.
final class PluginRequest {
  let pointer: UnsafeMutablePointer<Google__Protobuf__Compiler__CodeGeneratorRequest>

  /// Decodes the request that protoc wrote to standard input.
  init(_ bytes: [UInt8]) throws {
    guard
      let pointer = google__protobuf__compiler__code_generator_request__unpack(
        nil, bytes.count, bytes)
    else {
      throw PluginFault("standard input is no CodeGeneratorRequest; this is a plugin of protoc")
    }
    self.pointer = pointer
  }

  deinit { google__protobuf__compiler__code_generator_request__free_unpacked(pointer, nil) }

  /// The options given as `--martlet_opt=a=b,c=d`.
  var options: [String: String] {
    var options: [String: String] = [:]
    for pair in text(pointer.pointee.parameter).split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      options[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return options
  }

  /// Reads the model.
  func model() throws -> ProtoSet {
    let request = pointer.pointee
    let generated = Set(strings(request.n_file_to_generate, request.file_to_generate))
    let files = try (0..<request.n_proto_file).compactMap { request.proto_file?[$0] }.map {
      try ModelReader.read($0, isGenerated: generated.contains(text($0.pointee.name)))
    }
    return ProtoSet(files: files)
  }
}

/// What the plugin answers, encoded.
enum PluginResponse {
  /// `supported_features = FEATURE_PROTO3_OPTIONAL`, as encoded bytes: field 2, value 1.
  static let proto3Optional: [UInt8] = [0x10, 0x01]

  /// Encodes the files.
  static func encode(_ files: [OutputFile]) -> [UInt8] {
    var bytes = proto3Optional
    for file in files {
      var inner: [UInt8] = []
      append(file.path, field: 1, to: &inner)
      append(file.content, field: 15, to: &inner)
      append(inner, field: 15, to: &bytes)
    }
    return bytes
  }

  /// Encodes an error that protoc shows.
  static func encode(error: String) -> [UInt8] {
    var bytes = proto3Optional
    append(error, field: 1, to: &bytes)
    return bytes
  }

  private static func append(_ text: String, field: UInt8, to bytes: inout [UInt8]) {
    append(Array(text.utf8), field: field, to: &bytes)
  }

  private static func append(_ content: [UInt8], field: UInt8, to bytes: inout [UInt8]) {
    bytes.append(field << 3 | 2)
    var length = content.count
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7f) | 0x80)
      length >>= 7
    }
    bytes.append(UInt8(length))
    bytes += content
  }
}
