// Decides which messages of google.protobuf have a JSON form of their own, and where their schemas are.

import CWellKnownProto

/// The JSON form of a message of google.protobuf.
enum WellKnownType: Sendable {
  case any, duration, fieldMask, listValue, structure, timestamp, value, wrapper
}

/// Schemas of google.protobuf.
public enum WellKnownTypes {
  /// The schema of a full name such as `google.protobuf.Timestamp`.
  public static func schema(named name: String) -> MessageSchema? { all[name] }

  private static let all: [String: MessageSchema] = Dictionary(
    uniqueKeysWithValues: [
      any, duration, empty, fieldMask, listValue, structure, timestamp, value, doubleValue,
      floatValue, int64Value, uint64Value, int32Value, uint32Value, boolValue, stringValue,
      bytesValue,
    ].map { ($0.fullName, $0) })

  private static func make(
    _ name: String, _ layout: StructLayout, _ form: WellKnownType?, _ fields: [FieldSchema]
  ) -> MessageSchema {
    MessageSchema(
      "google.protobuf." + name, layout: layout, types: { schema(named: $0) }, fields: fields,
      wellKnown: form)
  }

  static let any = make(
    "Any", StructLayout(google__protobuf__any__init), .any,
    [
      FieldSchema(1, "type_url", "typeUrl", .implicit, .string),
      FieldSchema(2, "value", "value", .implicit, .bytes),
    ])

  static let duration = make(
    "Duration", StructLayout(google__protobuf__duration__init), .duration, secondsAndNanos)

  static let timestamp = make(
    "Timestamp", StructLayout(google__protobuf__timestamp__init), .timestamp, secondsAndNanos)

  private static let secondsAndNanos = [
    FieldSchema(1, "seconds", "seconds", .implicit, .int64),
    FieldSchema(2, "nanos", "nanos", .implicit, .int32),
  ]

  static let empty = make("Empty", StructLayout(google__protobuf__empty__init), nil, [])

  static let fieldMask = make(
    "FieldMask", StructLayout(google__protobuf__field_mask__init), .fieldMask,
    [FieldSchema(1, "paths", "paths", .repeated, .string)])

  static let structure: MessageSchema = make(
    "Struct", StructLayout(google__protobuf__struct__init), .structure,
    [FieldSchema(1, "fields", "fields", .map(key: .string), .message { value })])

  static let listValue: MessageSchema = make(
    "ListValue", StructLayout(google__protobuf__list_value__init), .listValue,
    [FieldSchema(1, "values", "values", .repeated, .message { value })])

  static let value: MessageSchema = make(
    "Value", StructLayout(google__protobuf__value__init), .value,
    [
      FieldSchema(1, "null_value", "nullValue", .oneof(0), .enumeration { NullValue.schema }),
      FieldSchema(2, "number_value", "numberValue", .oneof(0), .double),
      FieldSchema(3, "string_value", "stringValue", .oneof(0), .string),
      FieldSchema(4, "bool_value", "boolValue", .oneof(0), .bool),
      FieldSchema(5, "struct_value", "structValue", .oneof(0), .message { structure }),
      FieldSchema(6, "list_value", "listValue", .oneof(0), .message { listValue }),
    ])

  private static func wrapper(_ name: String, _ layout: StructLayout, _ kind: FieldKind)
    -> MessageSchema
  {
    make(name, layout, .wrapper, [FieldSchema(1, "value", "value", .implicit, kind)])
  }

  static let doubleValue = wrapper(
    "DoubleValue", StructLayout(google__protobuf__double_value__init), .double)
  static let floatValue = wrapper(
    "FloatValue", StructLayout(google__protobuf__float_value__init), .float)
  static let int64Value = wrapper(
    "Int64Value", StructLayout(google__protobuf__int64_value__init), .int64)
  static let uint64Value = wrapper(
    "UInt64Value", StructLayout(google__protobuf__uint64_value__init), .uint64)
  static let int32Value = wrapper(
    "Int32Value", StructLayout(google__protobuf__int32_value__init), .int32)
  static let uint32Value = wrapper(
    "UInt32Value", StructLayout(google__protobuf__uint32_value__init), .uint32)
  static let boolValue = wrapper(
    "BoolValue", StructLayout(google__protobuf__bool_value__init), .bool)
  static let stringValue = wrapper(
    "StringValue", StructLayout(google__protobuf__string_value__init), .string)
  static let bytesValue = wrapper(
    "BytesValue", StructLayout(google__protobuf__bytes_value__init), .bytes)
}
