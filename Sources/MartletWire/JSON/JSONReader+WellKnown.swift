// Decides how the JSON forms of google.protobuf are read.

import CProtobufC
import CWellKnownProto

extension JSONReader {
  /// Reads such a message.
  mutating func wellKnown(
    _ form: WellKnownType, into raw: UnsafeMutableRawPointer, _ schema: MessageSchema, depth: Int
  ) throws(WireFault) {
    switch form {
    case .timestamp:
      guard let time = TimeText.timestamp(try text()) else {
        throw fail(
          .typeMismatch,
          "expected a time of the years 1 to 9999 such as \"2026-01-31T09:30:00.5Z\"")
      }
      let c = raw.assumingMemoryBound(to: Google__Protobuf__Timestamp.self)
      c.pointee.seconds = time.seconds
      c.pointee.nanos = time.nanos
    case .duration:
      guard let duration = TimeText.duration(try text()) else {
        throw fail(
          .typeMismatch,
          "expected seconds such as \"90s\" or \"1.5s\", at most 315,576,000,000 of them")
      }
      let c = raw.assumingMemoryBound(to: Google__Protobuf__Duration.self)
      c.pointee.seconds = duration.seconds
      c.pointee.nanos = duration.nanos
    case .fieldMask: try fieldMask(into: raw)
    case .wrapper:
      let place = schema.table.places[0]
      _ = try scalar(into: raw + place.offset, place.kind)
    case .value: try value(into: raw, depth: depth)
    case .structure: try structure(into: raw, depth: depth)
    case .listValue: try listValue(into: raw, depth: depth)
    case .any: try any(into: raw, depth: depth)
    }
  }

  private mutating func value(into raw: UnsafeMutableRawPointer, depth: Int) throws(WireFault) {
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Value.self)
    let kind: UInt32
    switch scanner.next() {
    case .object:
      let structure = try make(WellKnownTypes.structure.layout)
      try message(into: structure, WellKnownTypes.structure, depth: depth &- 1)
      c.pointee.struct_value = structure.assumingMemoryBound(to: Google__Protobuf__Struct.self)
      kind = 5
    case .array:
      let list = try make(WellKnownTypes.listValue.layout)
      try message(into: list, WellKnownTypes.listValue, depth: depth &- 1)
      c.pointee.list_value = list.assumingMemoryBound(to: Google__Protobuf__ListValue.self)
      kind = 6
    case .string:
      c.pointee.string_value = data(try string())
      kind = 3
    case .number:
      guard let number = scanner.number() else { throw fail(.malformed, "a number is malformed") }
      guard let double = number.double() else {
        throw fail(.outOfRange, "\(Self.excerpt(number.text)) is beyond the greatest double")
      }
      c.pointee.number_value = double
      kind = 2
    case .literal:
      if scanner.take(word: "null") {
        kind = 1
      } else {
        c.pointee.bool_value = try bool() ? 1 : 0
        kind = 4
      }
    case .end, .other: throw mismatch("a value")
    }
    c.pointee.kind_case = Google__Protobuf__Value__KindCase(rawValue: kind)
  }

  private mutating func structure(into raw: UnsafeMutableRawPointer, depth: Int) throws(WireFault) {
    let place = WellKnownTypes.structure.table.places[0]
    guard let entry = place.entry else { throw fail(.malformed, "a Struct is a map") }
    try map(into: raw, place, entry, depth: depth)
  }

  private mutating func listValue(into raw: UnsafeMutableRawPointer, depth: Int) throws(WireFault) {
    try list(into: raw, WellKnownTypes.listValue.table.places[0], depth: depth)
  }

  private mutating func fieldMask(into raw: UnsafeMutableRawPointer) throws(WireFault) {
    let text = try text()
    guard !text.isEmpty else { return }
    let parts = text.split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let paths = arena.allocate(ProtobufCBinaryData.self, count: parts.count)
    for (index, part) in parts.enumerated() {
      guard let path = FieldMaskText.path(UnsafeBufferPointer(rebasing: part), in: arena) else {
        throw fail(.typeMismatch, "a field mask in JSON has lowerCamelCase names and no underscore")
      }
      paths[index] = data(path)
    }
    let c = raw.assumingMemoryBound(to: Google__Protobuf__FieldMask.self)
    c.pointee.n_paths = parts.count
    c.pointee.paths = paths
  }

  /// `@type` may stand anywhere, so the object is scanned for it first and read afterwards.
  private mutating func any(into raw: UnsafeMutableRawPointer, depth: Int) throws(WireFault) {
    guard scanner.next() == .object else { throw mismatch("an object with @type") }
    let start = scanner.position
    guard let url = try typeURL(depth: depth) else { return }
    let name = AnyTypeName.name(inURL: url)
    guard let schema = types(name), url.contains(UInt8(ascii: "/")) else {
      throw fail(
        .typeMismatch,
        "@type must be a known type such as type.googleapis.com/google.rpc.ErrorInfo, "
          + "not \(Self.excerpt(url))")
    }
    scanner.position = start
    let message = try make(schema.layout)
    if schema.wellKnown == nil {
      guard depth > 1 else {
        throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
      }
      try object(into: message, schema, depth: depth &- 1, isAny: true)
    } else {
      try anyValue(into: message, schema, depth: depth)
    }
    let bytes = arena.pack(message)
    try spend(bytes.count)
    let c = raw.assumingMemoryBound(to: Google__Protobuf__Any.self)
    c.pointee.type_url = data(url)
    c.pointee.value = data(bytes.assumingMemoryBound(to: UInt8.self))
  }

  /// Finds `@type` in the object that begins here and leaves the scanner behind the object; nil when it is empty.
  private mutating func typeURL(depth: Int) throws(WireFault) -> UnsafeBufferPointer<UInt8>? {
    guard depth > 0 else {
      throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
    }
    _ = scanner.take("{")
    if scanner.take("}") { return nil }
    var url: UnsafeBufferPointer<UInt8>?
    repeat {
      let mark = arena.mark()
      let isType = Self.isTypeKey(try key())
      arena.release(to: mark)
      if isType {
        guard url == nil else { throw fail(.duplicateKey, "@type is given twice; give it once") }
        url = try text()
      } else {
        try skip(depth: depth &- 1)
      }
    } while scanner.take(",")
    guard scanner.take("}") else { throw mismatch("a comma or the end of the object") }
    guard let url else { throw fail(.malformed, "an Any needs @type") }
    return url
  }

  /// Reads `{"@type": …, "value": …}`, the form of types that are no objects of their fields.
  private mutating func anyValue(
    into message: UnsafeMutableRawPointer, _ schema: MessageSchema, depth: Int
  ) throws(WireFault) {
    _ = scanner.take("{")
    var isFound = false
    repeat {
      let key = try key()
      if key.elementsEqual("value".utf8) {
        path.push(.field(key))
        guard !isFound else {
          throw fail(.duplicateKey, "the field is given twice; give it once")
        }
        isFound = true
        try self.message(into: message, schema, depth: depth &- 1)
        path.pop()
      } else {
        guard Self.isTypeKey(key) || options.ignoreUnknownFields else {
          path.push(.field(key))
          throw fail(.unknownField, "an Any of \(schema.fullName) has only @type and value")
        }
        try skip(depth: depth &- 1)
      }
    } while scanner.take(",")
    _ = scanner.take("}")
    guard isFound else { throw fail(.malformed, "an Any of \(schema.fullName) needs value") }
  }
}
