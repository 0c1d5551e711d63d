// Decides the code that moves a message between its Swift and its C form, and its schema table.

extension MessageWriter {
  private var path: String { names.path(message).joined(separator: ".") }
  private var cType: String { CNames.type(message.fullName) }

  /// Writes the conformance to `WireMessage`.
  func writeConversions(_ text: inout SourceText) throws {
    text.open("extension \(path) {")
    try writeSchema(&text)
    text.line()
    try writeReading(&text)
    text.line()
    try writeWriting(&text)
    text.close()
  }

  // MARK: - Schema

  private func writeSchema(_ text: inout SourceText) throws {
    text.doc("Names, numbers and kinds of the fields.")
    text.open("public static let schema: MartletWire.MessageSchema = .init(")
    text.line("\(quoted(message.fullName)),")
    text.line("layout: MartletWire.StructLayout(\(CNames.initializer(message.fullName))),")
    text.line("types: { ProtoTypes.schema(named: $0) },")
    if message.fields.isEmpty {
      text.line("fields: []")
    } else {
      text.open("fields: [")
      for field in message.fields {
        text.line(
          "MartletWire.FieldSchema(\(field.number), \(quoted(field.name)), "
            + "\(quoted(field.jsonName)), \(try cardinality(field)), \(try type(field.kind).schema)),"
        )
      }
      text.close("]")
    }
    text.close(")")
  }

  private func cardinality(_ field: ProtoField) throws -> String {
    switch field.cardinality {
    case .implicit: ".implicit"
    case .optional: ".optional"
    case .oneof: ".oneof(\(field.oneofIndex ?? 0))"
    case .repeated: ".repeated"
    case .map(let key, _): ".map(key: \(try type(key).schema))"
    }
  }

  // MARK: - From C

  private func writeReading(_ text: inout SourceText) throws {
    text.doc("Reads the C struct that protobuf-c decoded.")
    text.open(
      "public init(reading raw: UnsafeRawPointer, _ reader: MartletWire.WireReader) "
        + "throws(MartletWire.WireFault) {")
    if !message.fields.isEmpty {
      text.line("let c = raw.assumingMemoryBound(to: \(cType).self)")
    }
    for member in message.members {
      switch member {
      case .field(let field):
        let property = try property(field)
        let value = try reading(field)
        text.line(
          property.isBoxed
            ? "self.\(property.stored) = \(value).map(MartletWire.Indirect.init)"
            : "self.\(property.stored) = \(value)")
      case .oneof(let oneof): try writeReading(oneof, &text)
      }
    }
    text.close()
  }

  private func writeReading(_ oneof: ProtoOneof, _ text: inout SourceText) throws {
    let name = SwiftNames.property(oneof.name)
    text.line("switch c.pointee.\(CNames.oneofCase(oneof.name)).rawValue {")
    for field in oneof.fields {
      let member = "c.pointee.\(CNames.member(field.name))"
      let value = try value(field.kind, member, isPresent: true)
      text.line("case \(field.number): self.\(name) = .\(Self.caseName(field))(\(value))")
    }
    text.line("default: self.\(name) = nil")
    text.line("}")
  }

  private func reading(_ field: ProtoField) throws -> String {
    let member = "c.pointee.\(CNames.member(field.name))"
    let count = "c.pointee.\(CNames.count(field.name))"
    let value = try type(field.kind)
    switch field.cardinality {
    case .implicit, .oneof: return try self.value(field.kind, member, isPresent: false)
    case .optional:
      if value.bridge != nil { return try self.value(field.kind, member, isPresent: false) }
      let inner = try self.value(field.kind, member, isPresent: true)
      return "c.pointee.\(CNames.oneofCase("_" + field.name)).rawValue == \(field.number) "
        + "? \(inner) : nil"
    case .repeated:
      if let bridge = value.bridge {
        return "try reader.messages(\(count), \(member), \(bridge).self)"
      }
      return switch field.kind {
      case .string: "try reader.strings(\(count), \(member))"
      case .bytes: "reader.byteStrings(\(count), \(member))"
      case .bool: "reader.bools(\(count), \(member))"
      case .enumeration: "reader.enums(\(count), \(member), \(value.name).self)"
      default: "reader.scalars(\(count), \(member))"
      }
    case .map(let key, let entry):
      let keyValue = try self.value(key, "entry.pointee.key", isPresent: false)
      let valueValue = try self.value(field.kind, "entry.pointee.value", isPresent: false)
      let orDefault =
        value.bridge == nil ? valueValue : "(\(valueValue)) ?? \(try empty(field.kind))"
      return "try reader.map(\(count), \(member)) {\n"
        + "      (entry: UnsafeMutablePointer<\(CNames.type(entry))>) throws(MartletWire.WireFault) in\n"
        + "      (\(keyValue), \(orDefault))\n"
        + "    }"
    }
  }

  /// The default of a message as the value of a map.
  private func empty(_ kind: ProtoKind) throws -> String {
    let value = try type(kind)
    return "\(value.bridge ?? value.name).emptyValue"
  }

  private func value(_ kind: ProtoKind, _ member: String, isPresent: Bool) throws -> String {
    let value = try type(kind)
    if let bridge = value.bridge {
      return "try reader.\(isPresent ? "presentMessage" : "message")(\(member), \(bridge).self)"
    }
    return switch kind {
    case .string: "try reader.string(\(member))"
    case .bytes: "reader.bytes(\(member))"
    case .bool: "\(member) != 0"
    case .enumeration: "\(value.name)(rawValue: \(member))"
    default: member
    }
  }

  // MARK: - To C

  private func writeWriting(_ text: inout SourceText) throws {
    text.doc("Fills the C struct that protobuf-c encodes.")
    text.open(
      "public func write(to raw: UnsafeMutableRawPointer, _ writer: MartletWire.WireWriter) {")
    text.line("let c = raw.assumingMemoryBound(to: \(cType).self)")
    text.line("\(CNames.initializer(message.fullName))(c)")
    for member in message.members {
      switch member {
      case .field(let field): try writeWriting(field, &text)
      case .oneof(let oneof): try writeWriting(oneof, &text)
      }
    }
    text.close()
  }

  private func writeWriting(_ oneof: ProtoOneof, _ text: inout SourceText) throws {
    text.line("switch self.\(SwiftNames.property(oneof.name)) {")
    for field in oneof.fields {
      text.line("case .\(Self.caseName(field))(let value):")
      text.line("  c.pointee.\(CNames.member(field.name)) = \(try writing(field.kind, "value"))")
      text.line("  c.pointee.\(CNames.oneofCase(oneof.name)) = .init(rawValue: \(field.number))")
    }
    text.line("case nil: break")
    text.line("}")
  }

  private func writeWriting(_ field: ProtoField, _ text: inout SourceText) throws {
    let property = try property(field)
    let stored = "self.\(property.stored)"
    let member = "c.pointee.\(CNames.member(field.name))"
    let count = "c.pointee.\(CNames.count(field.name))"
    let value = try type(field.kind)
    switch field.cardinality {
    case .implicit, .oneof, .optional:
      guard field.cardinality == .optional || value.bridge != nil else {
        text.line("\(member) = \(try writing(field.kind, stored))")
        return
      }
      text.open("if let value = \(stored)\(property.isBoxed ? "?.value" : "") {")
      text.line("\(member) = \(try writing(field.kind, "value"))")
      // protoc-gen-c keeps `optional` in a oneof of one, messages too.
      if field.cardinality == .optional {
        text.line(
          "c.pointee.\(CNames.oneofCase("_" + field.name)) = .init(rawValue: \(field.number))")
      }
      text.close()
    case .repeated:
      let call =
        switch field.kind {
        case .message: "writer.messages(\(stored), \(value.bridge ?? value.name).self)"
        case .string: "writer.strings(\(stored))"
        case .bytes: "writer.byteStrings(\(stored))"
        case .bool: "writer.bools(\(stored))"
        case .enumeration: "writer.enums(\(stored))"
        default: "writer.scalars(\(stored))"
        }
      text.line("(\(count), \(member)) = \(call)")
    case .map(let key, let entry):
      text.open("(\(count), \(member)) = writer.map(\(stored)) {")
      text.line("(entry: UnsafeMutablePointer<\(CNames.type(entry))>, key, value) in")
      text.line("\(CNames.initializer(entry))(entry)")
      text.line("entry.pointee.key = \(try writing(key, "key"))")
      text.line("entry.pointee.value = \(try writing(field.kind, "value"))")
      text.close()
    }
  }

  private func writing(_ kind: ProtoKind, _ value: String) throws -> String {
    let type = try type(kind)
    if let bridge = type.bridge { return "writer.message(\(value), \(bridge).self)" }
    return switch kind {
    case .string: "writer.string(\(value))"
    case .bytes: "writer.bytes(\(value))"
    case .bool: "\(value) ? 1 : 0"
    case .enumeration: "\(value).rawValue"
    default: value
    }
  }
}
