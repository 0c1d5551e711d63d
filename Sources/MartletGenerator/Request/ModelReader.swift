// Decides how descriptors, as protobuf-c decodes them, become the model: every name resolved, map entries folded
// into their fields, synthetic oneofs of `optional` removed, comments found by their paths.

import CPluginProto
import CProtobufC

typealias CFile = Google__Protobuf__FileDescriptorProto
typealias CMessage = Google__Protobuf__DescriptorProto
typealias CField = Google__Protobuf__FieldDescriptorProto

/// Reads one file.
struct ModelReader {
  private let file: CFile
  private let comments: [[Int32]: String]

  private init(_ file: CFile) {
    self.file = file
    comments = file.source_code_info.map { SourceComments.read($0.pointee) } ?? [:]
  }

  /// Reads a file that protoc handed over.
  static func read(_ pointer: UnsafeMutablePointer<CFile>, isGenerated: Bool) throws -> ProtoFile {
    try ModelReader(pointer.pointee).file(isGenerated: isGenerated, descriptor: encode(pointer))
  }

  /// Encodes a descriptor without its source information.
  private static func encode(_ pointer: UnsafeMutablePointer<CFile>) -> [UInt8] {
    let sources = pointer.pointee.source_code_info
    pointer.pointee.source_code_info = nil
    defer { pointer.pointee.source_code_info = sources }
    let size = google__protobuf__file_descriptor_proto__get_packed_size(pointer)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = google__protobuf__file_descriptor_proto__pack(pointer, buffer.baseAddress)
    }
  }

  private var package: String { text(file.package) }

  private func file(isGenerated: Bool, descriptor: [UInt8]) throws -> ProtoFile {
    let scope = package.isEmpty ? "" : package + "."
    return ProtoFile(
      path: text(file.name), package: package, isProto3: text(file.syntax) == "proto3",
      dependencies: strings(file.n_dependency, file.dependency),
      messages: try list(file.n_message_type, file.message_type).enumerated().map {
        try message($1, scope: scope, enclosing: [], path: [4, Int32($0)])
      },
      enums: list(file.n_enum_type, file.enum_type).enumerated().map {
        enumeration($1, scope: scope, enclosing: [], path: [5, Int32($0)])
      },
      services: list(file.n_service, file.service).enumerated().map {
        service($1, scope: scope, path: [6, Int32($0)])
      },
      isGenerated: isGenerated, comment: comments[[2]] ?? comments[[12]] ?? "",
      descriptor: descriptor)
  }

  private func message(_ c: CMessage, scope: String, enclosing: [String], path: [Int32]) throws
    -> ProtoMessage
  {
    let name = text(c.name)
    let fullName = scope + name
    let nested = list(c.n_nested_type, c.nested_type)
    var entries: [String: CMessage] = [:]
    for entry in nested where isMapEntry(entry) {
      entries["\(fullName).\(text(entry.name))"] = entry
    }

    let cFields = list(c.n_field, c.field)
    // Synthetic oneofs come last, so the indices of the real ones hold.
    let synthetic = Set(
      cFields.filter { $0.proto3_optional != 0 }.map { Int($0.oneof_index) })
    let fields = try cFields.enumerated().map {
      try field($1, entries: entries, path: path + [2, Int32($0)])
    }
    let oneofs: [ProtoOneof] = list(c.n_oneof_decl, c.oneof_decl).enumerated().compactMap {
      index, oneof in
      guard !synthetic.contains(index) else { return nil }
      return ProtoOneof(
        name: text(oneof.name), fields: fields.filter { $0.oneofIndex == index },
        comment: comment(path + [8, Int32(index)]))
    }
    return ProtoMessage(
      name: name, fullName: fullName, file: text(file.name), package: package, enclosing: enclosing,
      fields: fields, oneofs: oneofs,
      messages: try nested.enumerated().compactMap { index, inner in
        guard !isMapEntry(inner) else { return nil }
        return try message(
          inner, scope: fullName + ".", enclosing: enclosing + [name],
          path: path + [3, Int32(index)])
      },
      enums: list(c.n_enum_type, c.enum_type).enumerated().map {
        enumeration(
          $1, scope: fullName + ".", enclosing: enclosing + [name], path: path + [4, Int32($0)])
      },
      comment: comment(path), isDeprecated: c.options.map { $0.pointee.deprecated != 0 } ?? false)
  }

  private func isMapEntry(_ c: CMessage) -> Bool {
    c.options.map { $0.pointee.map_entry != 0 } ?? false
  }

  private func field(_ c: CField, entries: [String: CMessage], path: [Int32]) throws -> ProtoField {
    let typeName = reference(c.type_name)
    var kind = try kind(c)
    let cardinality: ProtoField.Cardinality
    if c.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED {
      if let entry = entries[typeName] {
        let parts = list(entry.n_field, entry.field)
        guard let key = parts.first(where: { $0.number == 1 }),
          let value = parts.first(where: { $0.number == 2 })
        else { throw PluginFault("the map entry \(typeName) has no key or no value") }
        kind = try self.kind(value)
        cardinality = .map(key: try self.kind(key), entry: typeName)
      } else {
        cardinality = .repeated
      }
    } else if c.proto3_optional != 0 {
      cardinality = .optional
    } else {
      cardinality = c.has_oneof_index != 0 ? .oneof : .implicit
    }
    return ProtoField(
      name: text(c.name), jsonName: text(c.json_name), number: c.number, cardinality: cardinality,
      kind: kind, oneofIndex: cardinality == .oneof ? Int(c.oneof_index) : nil,
      comment: comment(path), isDeprecated: c.options.map { $0.pointee.deprecated != 0 } ?? false)
  }

  private func kind(_ c: CField) throws -> ProtoKind {
    // The numbers are those of FieldDescriptorProto.Type.
    switch c.type.rawValue {
    case 1: .double
    case 2: .float
    case 3: .int64
    case 4: .uint64
    case 5: .int32
    case 6: .fixed64
    case 7: .fixed32
    case 8: .bool
    case 9: .string
    case 11: .message(reference(c.type_name))
    case 12: .bytes
    case 13: .uint32
    case 14: .enumeration(reference(c.type_name))
    case 15: .sfixed32
    case 16: .sfixed64
    case 17: .sint32
    case 18: .sint64
    default:
      throw PluginFault("\(text(file.name)): field \(text(c.name)) is a group; use a message")
    }
  }

  private func enumeration(
    _ c: Google__Protobuf__EnumDescriptorProto, scope: String, enclosing: [String], path: [Int32]
  ) -> ProtoEnum {
    ProtoEnum(
      name: text(c.name), fullName: scope + text(c.name), package: package, enclosing: enclosing,
      values: list(c.n_value, c.value).enumerated().map { index, value in
        ProtoEnumValue(
          name: text(value.name), number: value.number, comment: comment(path + [2, Int32(index)]),
          isDeprecated: value.options.map { $0.pointee.deprecated != 0 } ?? false)
      },
      comment: comment(path), isDeprecated: c.options.map { $0.pointee.deprecated != 0 } ?? false)
  }

  private func service(
    _ c: Google__Protobuf__ServiceDescriptorProto, scope: String, path: [Int32]
  ) -> ProtoService {
    ProtoService(
      name: text(c.name), fullName: scope + text(c.name), package: package,
      methods: list(c.n_method, c.method).enumerated().map { index, method in
        ProtoMethod(
          name: text(method.name), input: reference(method.input_type),
          output: reference(method.output_type), clientStreams: method.client_streaming != 0,
          serverStreams: method.server_streaming != 0,
          idempotency: method.options.map { idempotency($0.pointee) } ?? .unknown,
          comment: comment(path + [2, Int32(index)]),
          isDeprecated: method.options.map { $0.pointee.deprecated != 0 } ?? false)
      },
      comment: comment(path), isDeprecated: c.options.map { $0.pointee.deprecated != 0 } ?? false)
  }

  private func idempotency(_ options: Google__Protobuf__MethodOptions) -> ProtoMethod.Idempotency {
    switch options.idempotency_level.rawValue {
    case 1: .noSideEffects
    case 2: .idempotent
    default: .unknown
    }
  }

  private func comment(_ path: [Int32]) -> String { comments[path] ?? "" }

  /// A type reference without its leading dot.
  private func reference(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    let name = text(pointer)
    return name.hasPrefix(".") ? String(name.dropFirst()) : name
  }
}
