// Decides how a message looks in Swift: a struct of public variables, one for each field or oneof.

/// Writes one message.
struct MessageWriter {
  let message: ProtoMessage
  let backend: SwiftBackend

  var names: SwiftNames { backend.names }

  /// A stored property.
  struct Property {
    let name: String
    let comment: String
    /// Its type, `?` included.
    let type: String
    let defaultValue: String
    /// Whether the value is stored in a box because the message would contain itself.
    let isBoxed: Bool

    /// The name under which the value is stored.
    var stored: String { isBoxed ? "_" + name.filter { $0 != "`" } : name }
  }

  func type(_ kind: ProtoKind) throws -> SwiftType {
    try SwiftType(kind, in: message, names: names)
  }

  func property(_ field: ProtoField) throws -> Property {
    let value = try type(field.kind)
    let (typeName, defaultValue): (String, String) =
      switch field.cardinality {
      case .implicit, .oneof:
        value.defaultValue.map { (value.name, $0) } ?? (value.name + "?", "nil")
      case .optional: (value.name + "?", "nil")
      case .repeated: ("[\(value.name)]", "[]")
      case .map(let key, _): ("[\(try type(key).name): \(value.name)]", "[:]")
      }
    let isSingular = field.cardinality == .implicit || field.cardinality == .optional
    return Property(
      name: SwiftNames.property(field.name), comment: comment(field), type: typeName,
      defaultValue: defaultValue,
      isBoxed: isSingular && backend.recursion.needsBox(field, of: message))
  }

  private func comment(_ field: ProtoField) -> String {
    field.isDeprecated ? field.comment + "\n\nDeprecated." : field.comment
  }

  func properties() throws -> [Property] {
    try message.members.map { member in
      switch member {
      case .field(let field): try property(field)
      case .oneof(let oneof):
        Property(
          name: SwiftNames.property(oneof.name), comment: oneof.comment,
          type: names.oneofType(oneof, in: message) + "?", defaultValue: "nil", isBoxed: false)
      }
    }
  }

  /// Writes the struct with everything nested in it.
  func writeType(_ text: inout SourceText) throws {
    let properties = try properties()
    text.doc(message.comment)
    text.open("public struct \(SwiftNames.typeName(message.name)): MartletWire.WireMessage {")
    for property in properties { writeProperty(property, &text) }
    writeInitializers(properties, &text)
    for oneof in message.oneofs {
      text.line()
      try writeOneof(oneof, &text)
    }
    for enumeration in message.enums {
      text.line()
      EnumWriter(names: names).write(enumeration, &text)
    }
    for nested in message.messages {
      text.line()
      try MessageWriter(message: nested, backend: backend).writeType(&text)
    }
    text.close()
  }

  private func writeProperty(_ property: Property, _ text: inout SourceText) {
    guard property.isBoxed else {
      text.doc(property.comment)
      text.line("public var \(property.name): \(property.type)")
      return
    }
    text.doc(property.comment)
    text.open("public var \(property.name): \(property.type) {")
    text.line("get { \(property.stored)?.value }")
    text.line("set { \(property.stored) = newValue.map(MartletWire.Indirect.init) }")
    text.close()
    text.line("private var \(property.stored): MartletWire.Indirect<\(property.type.dropLast())>?")
  }

  private func writeInitializers(_ properties: [Property], _ text: inout SourceText) {
    if !properties.isEmpty { text.line() }
    text.doc("A message with every field at its default.")
    guard let first = properties.first else {
      text.line("public init() {}")
      return
    }
    text.line("public init() { self.init(\(first.name): \(first.defaultValue)) }")
    text.line()
    text.doc("A message of the fields given.")
    text.open("public init(")
    for (index, property) in properties.enumerated() {
      let comma = index + 1 < properties.count ? "," : ""
      text.line("\(property.name): \(property.type) = \(property.defaultValue)\(comma)")
    }
    text.close(") {")
    for property in properties {
      let value =
        property.isBoxed
        ? "\(property.name).map(MartletWire.Indirect.init)" : property.name
      text.line("  self.\(property.stored) = \(value)")
    }
    text.line("}")
  }

  private func writeOneof(_ oneof: ProtoOneof, _ text: inout SourceText) throws {
    text.doc(oneof.comment)
    text.open("public enum \(names.oneofType(oneof, in: message)): Sendable, Equatable {")
    for field in oneof.fields {
      text.doc(comment(field))
      let isIndirect = backend.recursion.needsBox(field, of: message)
      text.line(
        "\(isIndirect ? "indirect " : "")case \(Self.caseName(field))(\(try type(field.kind).name))"
      )
    }
    text.close()
  }

  /// The case of a oneof's field. `none` would be taken for the absence of the whole.
  static func caseName(_ field: ProtoField) -> String {
    let name = SwiftNames.property(field.name)
    return name == "none" || name == "some" ? name + "_" : name
  }
}
