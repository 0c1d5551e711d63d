// Decides which Swift type a value has, what its default is, and how it crosses to and from its C form.

/// The Swift side of one value of a field.
struct SwiftType {
  /// The type of one value.
  let name: String
  /// The default of an implicit field; nil for messages, which are optional.
  let defaultValue: String?
  /// For messages, the type that knows how to read and write the C struct.
  let bridge: String?
  /// The kind as the schema table writes it.
  let schema: String

  /// Natural Swift types of google.protobuf, by message name: the value's type and its bridge.
  private static let wellKnown: [String: (type: String, bridge: String)] = [
    "Any": ("MartletWire.AnyMessage", "MartletWire.AnyMessage"),
    "BoolValue": ("Bool", "MartletWire.WrappedBool"),
    "BytesValue": ("[UInt8]", "MartletWire.WrappedBytes"),
    "DoubleValue": ("Double", "MartletWire.WrappedDouble"),
    "Duration": ("Swift.Duration", "Swift.Duration"),
    "Empty": ("MartletWire.Empty", "MartletWire.Empty"),
    "FieldMask": ("MartletWire.FieldMask", "MartletWire.FieldMask"),
    "FloatValue": ("Float", "MartletWire.WrappedFloat"),
    "Int32Value": ("Int32", "MartletWire.WrappedInt32"),
    "Int64Value": ("Int64", "MartletWire.WrappedInt64"),
    "ListValue": ("[MartletWire.JSONValue]", "[MartletWire.JSONValue]"),
    "StringValue": ("String", "MartletWire.WrappedString"),
    "Struct": ("[String: MartletWire.JSONValue]", "[String: MartletWire.JSONValue]"),
    "Timestamp": ("MartletWire.Timestamp", "MartletWire.Timestamp"),
    "UInt32Value": ("UInt32", "MartletWire.WrappedUInt32"),
    "UInt64Value": ("UInt64", "MartletWire.WrappedUInt64"),
    "Value": ("MartletWire.JSONValue", "MartletWire.JSONValue"),
  ]

  init(_ kind: ProtoKind, in scope: ProtoMessage?, names: SwiftNames) throws {
    func scalar(_ type: String, _ defaultValue: String, _ schema: String) -> SwiftType {
      SwiftType(name: type, defaultValue: defaultValue, bridge: nil, schema: schema)
    }
    self =
      switch kind {
      case .double: scalar("Double", "0", ".double")
      case .float: scalar("Float", "0", ".float")
      case .int32: scalar("Int32", "0", ".int32")
      case .int64: scalar("Int64", "0", ".int64")
      case .uint32: scalar("UInt32", "0", ".uint32")
      case .uint64: scalar("UInt64", "0", ".uint64")
      case .sint32: scalar("Int32", "0", ".int32")
      case .sint64: scalar("Int64", "0", ".int64")
      case .fixed32: scalar("UInt32", "0", ".uint32")
      case .fixed64: scalar("UInt64", "0", ".uint64")
      case .sfixed32: scalar("Int32", "0", ".int32")
      case .sfixed64: scalar("Int64", "0", ".int64")
      case .bool: scalar("Bool", "false", ".bool")
      case .string: scalar("String", "\"\"", ".string")
      case .bytes: scalar("[UInt8]", "[]", ".bytes")
      case .enumeration(let fullName):
        try Self.enumeration(fullName, in: scope, names: names)
      case .message(let fullName):
        try Self.message(fullName, in: scope, names: names)
      }
  }

  private init(name: String, defaultValue: String?, bridge: String?, schema: String) {
    self.name = name
    self.defaultValue = defaultValue
    self.bridge = bridge
    self.schema = schema
  }

  private static func enumeration(
    _ fullName: String, in scope: ProtoMessage?, names: SwiftNames
  ) throws -> SwiftType {
    if fullName == "google.protobuf.NullValue" {
      return SwiftType(
        name: "MartletWire.NullValue", defaultValue: ".nullValue", bridge: nil,
        schema: ".enumeration { MartletWire.NullValue.schema }")
    }
    guard let enumeration = names.model.enumeration(fullName) else {
      throw PluginFault("the enum \(fullName) is not in the request")
    }
    guard let zero = enumeration.values.firstIndex(where: { $0.number == 0 }) else {
      throw PluginFault("the enum \(fullName) has no value 0")
    }
    let name = names.reference(names.path(enumeration), in: scope)
    return SwiftType(
      name: name, defaultValue: "." + SwiftNames.cases(enumeration)[zero], bridge: nil,
      schema: ".enumeration { \(name).schema }")
  }

  private static func message(
    _ fullName: String, in scope: ProtoMessage?, names: SwiftNames
  ) throws -> SwiftType {
    if fullName.hasPrefix("google.protobuf.") {
      guard let known = wellKnown[String(fullName.dropFirst("google.protobuf.".count))] else {
        throw PluginFault("\(fullName) has no Swift type here")
      }
      return SwiftType(
        name: known.type, defaultValue: nil, bridge: known.bridge,
        schema: ".message { \(known.bridge).schema }")
    }
    guard let message = names.model.message(fullName) else {
      throw PluginFault("the message \(fullName) is not in the request")
    }
    let name = names.reference(names.path(message), in: scope)
    return SwiftType(
      name: name, defaultValue: nil, bridge: name, schema: ".message { \(name).schema }")
  }
}
