// Decides how scalars are written: 64-bit integers as strings, enums by name, NaN and infinities as strings.

import CProtobufC

extension JSONWriter {
  /// Writes a scalar; `name` is the field's, if the path does not end in it yet.
  mutating func scalar(
    _ value: UnsafeRawPointer, _ kind: FieldKind, name: UnsafeBufferPointer<UInt8>?
  ) throws(WireFault) {
    switch kind {
    case .double: number(value.load(as: Double.self))
    case .float: number(value.load(as: Float.self))
    case .int32: output.append(Int64(value.load(as: Int32.self)))
    case .uint32: output.append(UInt64(value.load(as: UInt32.self)))
    case .int64:
      output.append("\"")
      output.append(value.load(as: Int64.self))
      output.append("\"")
    case .uint64:
      output.append("\"")
      output.append(value.load(as: UInt64.self))
      output.append("\"")
    case .bool:
      let isTrue = value.load(as: protobuf_c_boolean.self) != 0
      output.append(isTrue ? "true" as StaticString : "false")
    case .string: try text(value.load(as: ProtobufCBinaryData.self), name: name)
    case .bytes:
      let data = value.load(as: ProtobufCBinaryData.self)
      output.appendBase64(UnsafeRawBufferPointer(start: data.data, count: data.len))
    case .enumeration(let schema): enumeration(value.load(as: Int32.self), schema())
    case .message: break  // `message` writes those
    }
  }

  /// Writes a string.
  mutating func text(_ data: ProtobufCBinaryData, name: UnsafeBufferPointer<UInt8>?)
    throws(WireFault)
  {
    if isUnchecked, let fault = FaultLocation.fault(data) {
      if let name { path.push(.field(name)) }
      throw fault == .embeddedNUL
        ? fail(.embeddedNUL, FaultLocation.embeddedNUL("").message)
        : fail(.invalidUTF8, FaultLocation.invalidUTF8("").message)
    }
    output.appendQuoted(UnsafeBufferPointer(start: data.data, count: data.len))
  }

  private mutating func enumeration(_ number: Int32, _ schema: EnumSchema) {
    if schema === NullValue.schema {
      output.append("null")
    } else if let name = schema.name(of: number) {
      output.append("\"")
      output.append(name)
      output.append("\"")
    } else {
      output.append(Int64(number))
    }
  }

  /// Writes a number, the shortest text that reads back as the same.
  mutating func number<F: BinaryFloatingPoint & LosslessStringConvertible>(_ value: F) {
    if value.isNaN {
      output.append("\"NaN\"")
    } else if value.isInfinite {
      output.append(value < 0 ? "\"-Infinity\"" as StaticString : "\"Infinity\"")
    } else if value.magnitude < 1e15, value == value.rounded(.towardZero),
      value != 0 || value.sign == .plus
    {
      output.append(Int64(value))
    } else {
      output.append(value.description)
    }
  }
}
