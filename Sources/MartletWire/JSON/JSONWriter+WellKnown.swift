// Decides how messages of google.protobuf with a JSON form of their own are written.

import CProtobufC
import CWellKnownProto

extension JSONWriter {
  /// Writes such a message.
  mutating func wellKnown(
    _ form: WellKnownType, _ raw: UnsafeRawPointer, _ schema: MessageSchema, depth: Int
  ) throws(WireFault) {
    switch form {
    case .timestamp:
      let c = raw.assumingMemoryBound(to: Google__Protobuf__Timestamp.self).pointee
      guard output.append(timestamp: c.seconds, nanos: c.nanos) else {
        throw fail(
          .unrepresentable, "a timestamp must lie in the years 1 to 9999, with nanos below 10⁹")
      }
    case .duration:
      let c = raw.assumingMemoryBound(to: Google__Protobuf__Duration.self).pointee
      guard output.append(duration: c.seconds, nanos: c.nanos) else {
        throw fail(
          .unrepresentable,
          "a duration must lie within ±315,576,000,000 s, seconds and nanos of one sign")
      }
    case .fieldMask: try fieldMask(raw)
    case .wrapper:
      try scalar(raw + schema.table.places[0].offset, schema.table.places[0].kind, name: nil)
    case .value: try value(raw, depth: depth)
    case .structure: try structure(raw, depth: depth)
    case .listValue: try listValue(raw, depth: depth)
    case .any: try any(raw, depth: depth)
    }
  }

  private mutating func value(_ raw: UnsafeRawPointer, depth: Int) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Value.self)
    switch c.pointee.kind_case.rawValue {
    case 2:
      guard c.pointee.number_value.isFinite else {
        throw fail(.unrepresentable, "a JSON value can be neither NaN nor infinite")
      }
      number(c.pointee.number_value)
    case 3: try text(c.pointee.string_value, name: nil)
    case 4: output.append(c.pointee.bool_value != 0 ? "true" as StaticString : "false")
    case 5:
      guard let structure = c.pointee.struct_value else { return output.append("null") }
      try message(structure, WellKnownTypes.structure, depth: depth &- 1)
    case 6:
      guard let list = c.pointee.list_value else { return output.append("null") }
      try message(list, WellKnownTypes.listValue, depth: depth &- 1)
    default: output.append("null")
    }
  }

  private mutating func structure(_ raw: UnsafeRawPointer, depth: Int) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Struct.self)
    output.append("{")
    for index in 0..<c.pointee.n_fields {
      guard let entry = c.pointee.fields[index] else { continue }
      let key = entry.pointee.key
      try text(key, name: nil)
      output.append(":")
      path.push(.key(UnsafeBufferPointer(start: key.data, count: key.len)))
      if let value = entry.pointee.value {
        try message(value, WellKnownTypes.value, depth: depth &- 1)
      } else {
        output.append("null")
      }
      path.pop()
      output.append(",")
    }
    output.replaceLast(",", with: "}")
  }

  private mutating func listValue(_ raw: UnsafeRawPointer, depth: Int) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__ListValue.self)
    output.append("[")
    for index in 0..<c.pointee.n_values {
      guard let value = c.pointee.values[index] else { continue }
      path.push(.index(index))
      try message(value, WellKnownTypes.value, depth: depth &- 1)
      path.pop()
      output.append(",")
    }
    output.replaceLast(",", with: "]")
  }

  private mutating func fieldMask(_ raw: UnsafeRawPointer) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FieldMask.self)
    output.append("\"")
    for index in 0..<c.pointee.n_paths {
      if index > 0 { output.append(",") }
      let mask = c.pointee.paths[index]
      guard
        FieldMaskText.append(UnsafeBufferPointer(start: mask.data, count: mask.len), to: &output)
      else {
        throw fail(
          .unrepresentable, "a path of a field mask must consist of lower_snake_case names")
      }
    }
    output.append("\"")
  }

  private mutating func any(_ raw: UnsafeRawPointer, depth: Int) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Any.self)
    let url = UnsafeBufferPointer(start: c.pointee.type_url.data, count: c.pointee.type_url.len)
    guard !url.isEmpty else {
      guard c.pointee.value.len == 0 else {
        throw fail(.unrepresentable, "an Any that holds a message needs a type URL")
      }
      return output.append("{}")
    }
    let schema = try anySchema(url)
    let bytes = UnsafeRawBufferPointer(start: c.pointee.value.data, count: c.pointee.value.len)
    guard bytes.count <= anyBudget else {
      throw fail(.tooLarge, "the message nests too much in Any")
    }
    anyBudget -= bytes.count
    let message: UnsafeMutableRawPointer
    do throws(WireFault) {
      message = try arena.unpack(schema.layout, bytes)
    } catch {
      let described = FaultLocation.describe(error, of: schema, limits: options.limits)
      throw fail(described.reason, described.message)
    }
    let wasUnchecked = isUnchecked
    isUnchecked = true
    defer { isUnchecked = wasUnchecked }
    output.append("{\"@type\":")
    try text(c.pointee.type_url, name: nil)
    output.append(",")
    if schema.wellKnown == nil {
      guard depth > 1 else {
        throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
      }
      try fields(message, schema, depth: depth &- 1)
    } else {
      output.append("\"value\":")
      try self.message(message, schema, depth: depth &- 1)
    }
    output.replaceLast(",", with: "}")
  }

  private mutating func anySchema(_ url: UnsafeBufferPointer<UInt8>) throws(WireFault)
    -> MessageSchema
  {
    let name = AnyTypeName.name(inURL: url)
    guard let schema = types(name) else {
      throw fail(.unrepresentable, "the type \(name) in an Any is not known here")
    }
    return schema
  }
}

/// The protobuf name in the type URL of an Any.
enum AnyTypeName {
  /// What follows the last slash.
  static func name(inURL url: UnsafeBufferPointer<UInt8>) -> String {
    let start = url.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return String(decoding: url[start...], as: UTF8.self)
  }
}
