// Decides how JSON finds a field in a C struct: a table of plain memory for each message type, made once.

import CProtobufC

/// The fields of a message with their places. It is made once for each message type and stays for ever.
struct FieldTable: @unchecked Sendable {
  // Sendable because the memory is filled here, never changed afterwards and never freed.
  let places: UnsafeBufferPointer<FieldPlace>

  init(_ fields: [FieldSchema], layout: StructLayout) {
    let descriptor = layout.descriptor.pointee
    precondition(
      Int(descriptor.n_fields) == fields.count, "the C code is older or newer than the Swift code")
    let places = UnsafeMutableBufferPointer<FieldPlace>.allocate(capacity: fields.count)
    for (index, field) in fields.enumerated() {
      // protobuf-c keeps its fields in ascending order of their numbers too.
      let c = descriptor.fields[index]
      precondition(
        c.id == UInt32(field.number), "the C code is older or newer than the Swift code")
      places.initializeElement(at: index, to: FieldPlace(field, c))
    }
    self.places = UnsafeBufferPointer(places)
  }
}

/// A field and where it is.
struct FieldPlace {
  let cardinality: FieldSchema.Cardinality
  let kind: FieldKind
  let number: UInt32
  /// Where the value, or the pointer to values, is.
  let offset: Int
  /// Where the count of a repeated field or the case of a oneof is.
  let quantifier: Int
  /// `"runId":`, as JSON begins the field.
  let jsonKey: UnsafeBufferPointer<UInt8>
  /// `run_id`.
  let name: UnsafeBufferPointer<UInt8>
  /// The struct of a map's entries.
  let entry: MapEntryPlace?

  init(_ field: FieldSchema, _ c: ProtobufCFieldDescriptor) {
    cardinality = field.cardinality
    kind = field.kind
    number = c.id
    offset = Int(c.offset)
    quantifier = Int(c.quantifier_offset)
    jsonKey = Self.immortal("\"\(field.jsonName)\":")
    name = Self.immortal(field.name)
    if case .map(let key) = field.cardinality, let descriptor = c.descriptor {
      entry = MapEntryPlace(
        StructLayout(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)),
        key: key, value: field.kind)
    } else {
      entry = nil
    }
  }

  /// `runId`.
  var jsonName: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: jsonKey[1..<(jsonKey.count - 2)])
  }

  /// The size of one element of a repeated field or a map; maps are arrays of pointers to entries.
  var stride: Int { entry == nil ? kind.stride : MemoryLayout<UnsafeRawPointer>.stride }

  private static func immortal(_ text: String) -> UnsafeBufferPointer<UInt8> {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = bytes.initialize(from: text.utf8)
    return UnsafeBufferPointer(bytes)
  }
}

/// The C struct of a map's entries.
struct MapEntryPlace {
  let layout: StructLayout
  let key: FieldKind
  let value: FieldKind
  let keyOffset: Int
  let valueOffset: Int

  init(_ layout: StructLayout, key: FieldKind, value: FieldKind) {
    self.layout = layout
    self.key = key
    self.value = value
    keyOffset = Int(layout.descriptor.pointee.fields[0].offset)
    valueOffset = Int(layout.descriptor.pointee.fields[1].offset)
  }
}

extension FieldKind {
  /// The size of one value in an array of the C struct.
  var stride: Int {
    switch self {
    case .float, .int32, .uint32, .enumeration: 4
    case .double, .int64, .uint64: 8
    case .bool: MemoryLayout<protobuf_c_boolean>.stride
    case .string, .bytes: MemoryLayout<ProtobufCBinaryData>.stride
    case .message: MemoryLayout<UnsafeRawPointer>.stride
    }
  }
}
