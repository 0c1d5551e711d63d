// Decides how a message becomes proto3 JSON: a walk over its C struct, led by the schema.

import CProtobufC

/// Writes one message.
struct JSONWriter {
  var output: JSONOutput
  let arena: Arena
  let options: JSONOptions
  /// Finds the types that an Any may name.
  let types: @Sendable (String) -> MessageSchema?
  var path: JSONPath
  /// What went wrong; set before `WireFault.described` is thrown.
  private(set) var error: WireError?
  /// Whether strings come straight from a peer: those inside of an Any were not checked when it was decoded.
  var isUnchecked = false
  /// How many bytes of messages in an Any may still be decoded. Nested ones are copied at each level.
  var anyBudget: Int

  init(arena: Arena, options: JSONOptions, types: @escaping @Sendable (String) -> MessageSchema?) {
    self.arena = arena
    self.options = options
    self.types = types
    output = JSONOutput(in: arena)
    anyBudget = 4 * max(options.limits.size, 0)
    path = JSONPath(depth: options.limits.depth, in: arena)
  }

  /// Notes what is wrong here.
  mutating func fail(_ reason: WireError.Reason, _ message: String) -> WireFault {
    error = WireError(reason, path: path.text, message: message)
    return .described
  }

  /// Writes a message of any type; `depth` is how many levels are left.
  mutating func message(_ raw: UnsafeRawPointer, _ schema: MessageSchema, depth: Int)
    throws(WireFault)
  {
    guard depth > 0 else {
      throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
    }
    if let form = schema.wellKnown {
      try wellKnown(form, raw, schema, depth: depth)
      return
    }
    output.append("{")
    try fields(raw, schema, depth: depth)
    output.replaceLast(",", with: "}")
  }

  /// Writes the members of an object, each with a comma behind it.
  mutating func fields(_ raw: UnsafeRawPointer, _ schema: MessageSchema, depth: Int)
    throws(WireFault)
  {
    let places = schema.table.places
    for index in places.indices {
      try field(raw, places, index, depth: depth)
    }
  }

  @inline(__always)
  private mutating func field(
    _ raw: UnsafeRawPointer, _ places: UnsafeBufferPointer<FieldPlace>, _ index: Int, depth: Int
  ) throws(WireFault) {
    let value = raw + places[index].offset
    switch places[index].cardinality {
    case .implicit:
      guard hasValue(value, places[index].kind) else { return }
    case .optional, .oneof:
      guard
        raw.load(fromByteOffset: places[index].quantifier, as: UInt32.self) == places[index].number
      else { return }
    case .repeated:
      let count = raw.load(fromByteOffset: places[index].quantifier, as: Int.self)
      guard count > 0 || options.writesDefaults else { return }
      output.append(places[index].jsonKey)
      try list(value, count, places[index], depth: depth)
      output.append(",")
      return
    case .map:
      let count = raw.load(fromByteOffset: places[index].quantifier, as: Int.self)
      guard count > 0 || options.writesDefaults else { return }
      output.append(places[index].jsonKey)
      try map(value, count, places[index], depth: depth)
      output.append(",")
      return
    }
    output.append(places[index].jsonKey)
    if case .message(let schema) = places[index].kind {
      path.push(.field(places[index].jsonName))
      try message(value.load(as: UnsafeRawPointer.self), schema(), depth: depth &- 1)
      path.pop()
    } else {
      try scalar(value, places[index].kind, name: places[index].jsonName)
    }
    output.append(",")
  }

  /// Whether a field without presence is to be written.
  @inline(__always)
  private func hasValue(_ value: UnsafeRawPointer, _ kind: FieldKind) -> Bool {
    switch kind {
    case .message: value.load(as: UnsafeRawPointer?.self) != nil
    case .string, .bytes:
      options.writesDefaults || value.load(as: ProtobufCBinaryData.self).len > 0
    case .double, .int64, .uint64: options.writesDefaults || value.load(as: UInt64.self) != 0
    case .float, .int32, .uint32, .bool, .enumeration:
      options.writesDefaults || value.load(as: UInt32.self) != 0
    }
  }

  private mutating func list(
    _ value: UnsafeRawPointer, _ count: Int, _ place: FieldPlace, depth: Int
  ) throws(WireFault) {
    output.append("[")
    if count > 0 {
      path.push(.field(place.jsonName))
      let elements = value.load(as: UnsafeRawPointer.self)
      let stride = place.kind.stride
      for index in 0..<count {
        path.push(.index(index))
        try self.value(elements + index &* stride, place.kind, depth: depth)
        path.pop()
        output.append(",")
      }
      path.pop()
    }
    output.replaceLast(",", with: "]")
  }

  private mutating func map(
    _ value: UnsafeRawPointer, _ count: Int, _ place: FieldPlace, depth: Int
  ) throws(WireFault) {
    output.append("{")
    if count > 0, let entry = place.entry {
      path.push(.field(place.jsonName))
      let entries = value.load(as: UnsafePointer<UnsafeRawPointer>.self)
      for index in 0..<count {
        try member(entries[index], entry, depth: depth)
      }
      path.pop()
    }
    output.replaceLast(",", with: "}")
  }

  /// Writes an entry of a map, a comma behind it.
  private mutating func member(_ raw: UnsafeRawPointer, _ entry: MapEntryPlace, depth: Int)
    throws(WireFault)
  {
    let start = output.count
    switch entry.key {
    case .string: try scalar(raw + entry.keyOffset, .string, name: nil)
    case .int64, .uint64: try scalar(raw + entry.keyOffset, entry.key, name: nil)
    default:
      output.append("\"")
      try scalar(raw + entry.keyOffset, entry.key, name: nil)
      output.append("\"")
    }
    let key = UnsafeRawBufferPointer(rebasing: output.bytes[(start + 1)..<(output.count - 1)])
    path.push(.key(key.assumingMemoryBound(to: UInt8.self)))
    output.append(":")
    if case .message(let schema) = entry.value,
      (raw + entry.valueOffset).load(as: UnsafeRawPointer?.self) == nil
    {
      // A peer left the value out: it is the default.
      let empty = arena.allocate(schema().layout.size)
      schema().layout.initialize(empty)
      try message(empty, schema(), depth: depth &- 1)
    } else {
      try self.value(raw + entry.valueOffset, entry.value, depth: depth)
    }
    path.pop()
    output.append(",")
  }

  /// Writes an element of a list or the value of a map.
  private mutating func value(_ value: UnsafeRawPointer, _ kind: FieldKind, depth: Int)
    throws(WireFault)
  {
    if case .message(let schema) = kind {
      try message(value.load(as: UnsafeRawPointer.self), schema(), depth: depth &- 1)
    } else {
      try scalar(value, kind, name: nil)
    }
  }
}
