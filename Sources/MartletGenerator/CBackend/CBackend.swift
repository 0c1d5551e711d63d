// Decides what protoc-gen-c gets to see. It generates the C structs, but it cuts strings at NUL, checks no UTF-8,
// knows no maps and refuses proto3 `optional`. None of that touches the wire format, so the request is changed
// before it sees it: strings become bytes, enums become int32 (an open enum is one), map entries plain messages;
// and the feature `optional` is declared for it: it comes out as a oneof of one member.

import CPluginProto
import CProtobufC
import Glibc

/// The wrapper around protoc-gen-c.
enum CBackend {
  /// Changes the request, has protoc-gen-c answer it, and returns the bytes of the response.
  static func answer(_ request: PluginRequest) throws -> [UInt8] {
    let pointer = request.pointer
    for file in list(pointer.pointee.n_proto_file, pointer.pointee.proto_file) {
      for index in 0..<file.n_message_type {
        if let message = file.message_type?[index] { simplify(message) }
      }
    }
    // Our own options are none of protoc-gen-c's.
    pointer.pointee.parameter = nil
    let size = google__protobuf__compiler__code_generator_request__get_packed_size(pointer)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = google__protobuf__compiler__code_generator_request__pack(pointer, buffer.baseAddress)
    }
    return try Subprocess.run("protoc-gen-c", input: bytes) + PluginResponse.proto3Optional
  }

  private static func simplify(_ message: UnsafeMutablePointer<CMessage>) {
    for index in 0..<message.pointee.n_field {
      guard let field = message.pointee.field?[index] else { continue }
      switch field.pointee.type {
      case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING:
        field.pointee.type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES
      case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM:
        field.pointee.type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT32
        field.pointee.type_name = nil
      default: break
      }
    }
    if let options = message.pointee.options { options.pointee.has_map_entry = 0 }
    for index in 0..<message.pointee.n_nested_type {
      if let nested = message.pointee.nested_type?[index] { simplify(nested) }
    }
  }
}
