// Decides how proto3 JSON becomes a message: token by token into its C struct, led by the schema.

import CProtobufC
import Glibc

/// Reads one message.
struct JSONReader {
  var scanner: JSONScanner
  let arena: Arena
  let options: JSONOptions
  /// Finds the types that an Any may name.
  let types: @Sendable (String) -> MessageSchema?
  var path: JSONPath
  /// How many bytes of C structs may still be made.
  private var budget: Int
  /// What went wrong; set before `WireFault.described` is thrown.
  private(set) var error: WireError?

  init(
    _ bytes: UnsafeRawBufferPointer, arena: Arena, options: JSONOptions,
    types: @escaping @Sendable (String) -> MessageSchema?
  ) {
    scanner = JSONScanner(bytes)
    self.arena = arena
    self.options = options
    self.types = types
    path = JSONPath(depth: options.limits.depth, in: arena)
    budget = Arena.budget(for: bytes.count)
  }

  /// Notes what is wrong here.
  mutating func fail(_ reason: WireError.Reason, _ message: String) -> WireFault {
    error = WireError(reason, path: path.text, message: message)
    return .described
  }

  /// Notes that something else was expected here.
  mutating func mismatch(_ expected: String) -> WireFault {
    let found =
      switch scanner.next() {
      case .object: "an object"
      case .array: "a list"
      case .string: "a string"
      case .number: "a number"
      case .literal: "a literal"
      case .end: "the end of the text"
      case .other: "something that is not JSON"
      }
    if scanner.next() == .end { return fail(.truncated, "expected \(expected), but the text ends") }
    return fail(
      scanner.next() == .other ? .malformed : .typeMismatch, "expected \(expected), found \(found)")
  }

  /// Memory for a C struct at its defaults.
  mutating func make(_ layout: StructLayout) throws(WireFault) -> UnsafeMutableRawPointer {
    guard layout.size <= budget else {
      throw fail(
        .tooLarge, "the message would take too much memory: it holds too many empty elements")
    }
    budget &-= layout.size
    let raw = arena.allocate(layout.size)
    layout.initialize(raw)
    return raw
  }

  /// Counts bytes that are encoded into an Any. Nested ones are encoded again at each level.
  mutating func spend(_ bytes: Int) throws(WireFault) {
    guard bytes <= budget else {
      throw fail(.tooLarge, "the message would take too much memory: it nests too much in Any")
    }
    budget &-= bytes
  }

  /// Reads the message that the whole text is.
  mutating func root(_ schema: MessageSchema) throws(WireFault) -> UnsafeMutableRawPointer {
    let raw = try make(schema.layout)
    try message(into: raw, schema, depth: options.limits.depth)
    guard scanner.next() == .end else {
      throw fail(.malformed, "there is more text after the end of the message")
    }
    return raw
  }

  /// Reads a message of any type; `depth` is how many levels are left.
  mutating func message(into raw: UnsafeMutableRawPointer, _ schema: MessageSchema, depth: Int)
    throws(WireFault)
  {
    guard depth > 0 else {
      throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
    }
    if let form = schema.wellKnown {
      try wellKnown(form, into: raw, schema, depth: depth)
    } else {
      try object(into: raw, schema, depth: depth, isAny: false)
    }
  }

  /// Reads an object of fields. In an Any the member `@type` is passed over.
  mutating func object(
    into raw: UnsafeMutableRawPointer, _ schema: MessageSchema, depth: Int, isAny: Bool
  ) throws(WireFault) {
    guard scanner.take("{") else { throw mismatch("an object") }
    if scanner.take("}") { return }
    let places = schema.table.places
    var seen = SeenFields(count: places.count, in: arena)
    var expected = 0
    repeat {
      let key = try self.key()
      if let index = Self.find(key, in: places, from: expected) {
        expected = index &+ 1
        path.push(.field(places[index].jsonName))
        guard seen.insert(index) else {
          throw fail(.duplicateKey, "the field is given twice; give it once")
        }
        try field(into: raw, places[index], depth: depth)
        path.pop()
      } else if isAny, Self.isTypeKey(key) {
        try skip(depth: depth)
      } else {
        path.push(.field(key))
        guard options.ignoreUnknownFields else {
          throw fail(.unknownField, "\(schema.fullName) has no such field")
        }
        try skip(depth: depth)
        path.pop()
      }
    } while scanner.take(",")
    guard scanner.take("}") else { throw mismatch("a comma or the end of the object") }
  }

  /// Reads a key and the colon after it.
  mutating func key() throws(WireFault) -> UnsafeBufferPointer<UInt8> {
    guard scanner.next() == .string else { throw mismatch("a name in quotes") }
    let key = try string()
    guard scanner.take(":") else { throw mismatch("a colon") }
    return key
  }

  /// Both spellings count. Senders mostly keep the order of the fields, so the search begins after the last hit.
  private static func find(
    _ key: UnsafeBufferPointer<UInt8>, in places: UnsafeBufferPointer<FieldPlace>, from start: Int
  ) -> Int? {
    var index = start
    for _ in 0..<places.count {
      if index >= places.count { index = 0 }
      if equal(key, places[index].jsonName) || equal(key, places[index].name) { return index }
      index &+= 1
    }
    return nil
  }

  @inline(__always)
  static func equal(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard let x = a.baseAddress, let y = b.baseAddress else { return true }
    return memcmp(x, y, a.count) == 0
  }

  static func isTypeKey(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    key.elementsEqual("@type".utf8)
  }

  private mutating func field(
    into raw: UnsafeMutableRawPointer, _ place: FieldPlace, depth: Int
  ) throws(WireFault) {
    let target = raw + place.offset
    switch place.cardinality {
    case .implicit:
      if takesNull(place.kind) || !scanner.take(word: "null") {
        _ = try value(into: target, place.kind, depth: depth)
      }
    case .optional, .oneof:
      guard takesNull(place.kind) || !scanner.take(word: "null") else { return }
      let set = raw + place.quantifier
      guard set.load(as: UInt32.self) == 0 else {
        throw fail(.duplicateKey, "another field of the same oneof is given; give one of them")
      }
      if try value(into: target, place.kind, depth: depth) {
        set.storeBytes(of: place.number, as: UInt32.self)
      }
    case .repeated:
      if !scanner.take(word: "null") { try list(into: raw, place, depth: depth) }
    case .map:
      if !scanner.take(word: "null"), let entry = place.entry {
        try map(into: raw, place, entry, depth: depth)
      }
    }
  }

  /// Whether `null` is a value of the field and not its absence.
  private func takesNull(_ kind: FieldKind) -> Bool {
    switch kind {
    case .message(let schema): schema() === WellKnownTypes.value
    case .enumeration(let schema): schema() === NullValue.schema
    default: false
    }
  }

  /// Reads one value; false when it is to be ignored: an enum's unknown name, if unknown fields are ignored.
  private mutating func value(into target: UnsafeMutableRawPointer, _ kind: FieldKind, depth: Int)
    throws(WireFault) -> Bool
  {
    guard case .message(let resolve) = kind else { return try scalar(into: target, kind) }
    let schema = resolve()
    let raw = try make(schema.layout)
    target.storeBytes(of: raw, as: UnsafeMutableRawPointer.self)
    try message(into: raw, schema, depth: depth &- 1)
    return true
  }

  mutating func list(into raw: UnsafeMutableRawPointer, _ place: FieldPlace, depth: Int)
    throws(WireFault)
  {
    guard scanner.take("[") else { throw mismatch("a list") }
    if scanner.take("]") { return }
    var elements = GrowingArray(stride: place.kind.stride, in: arena)
    repeat {
      path.push(.index(elements.count))
      if try value(into: elements.next(), place.kind, depth: depth) { elements.keep() }
      path.pop()
    } while scanner.take(",")
    guard scanner.take("]") else { throw mismatch("a comma or the end of the list") }
    (raw + place.offset).storeBytes(of: elements.base, as: UnsafeMutableRawPointer.self)
    (raw + place.quantifier).storeBytes(of: elements.count, as: Int.self)
  }

  mutating func map(
    into raw: UnsafeMutableRawPointer, _ place: FieldPlace, _ entry: MapEntryPlace, depth: Int
  ) throws(WireFault) {
    guard scanner.take("{") else { throw mismatch("an object") }
    if scanner.take("}") { return }
    var entries = GrowingArray(stride: MemoryLayout<UnsafeRawPointer>.stride, in: arena)
    repeat {
      let key = try self.key()
      path.push(.key(key))
      let member = try make(entry.layout)
      try mapKey(key, into: member + entry.keyOffset, entry.key)
      entries.next().storeBytes(of: member, as: UnsafeMutableRawPointer.self)
      if try value(into: member + entry.valueOffset, entry.value, depth: depth) { entries.keep() }
      path.pop()
    } while scanner.take(",")
    guard scanner.take("}") else { throw mismatch("a comma or the end of the object") }
    try refuseDuplicates(entries, entry)
    (raw + place.offset).storeBytes(of: entries.base, as: UnsafeMutableRawPointer.self)
    (raw + place.quantifier).storeBytes(of: entries.count, as: Int.self)
  }

  /// Sorts the entries by key and looks for equal neighbours.
  private mutating func refuseDuplicates(_ entries: GrowingArray, _ entry: MapEntryPlace)
    throws(WireFault)
  {
    guard entries.count > 1 else { return }
    let kind = MapOrder.KeyKind(entry.key)
    MapOrder.sort(entries.base, count: entries.count, key: kind)
    let pointers = entries.base.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    for index in 1..<entries.count
    where MapOrder.compare(pointers[index - 1], pointers[index], kind) == 0 {
      throw fail(.duplicateKey, "a key of the map is given twice; give it once")
    }
  }

  /// Passes over a value of any shape, which must be JSON nevertheless. Nothing of it stays in the arena.
  mutating func skip(depth: Int) throws(WireFault) {
    let mark = arena.mark()
    defer { arena.release(to: mark) }
    guard depth > 0 else {
      throw fail(.tooDeep, FaultLocation.tooDeep(options.limits).message)
    }
    switch scanner.next() {
    case .object:
      _ = scanner.take("{")
      if scanner.take("}") { return }
      repeat {
        _ = try key()
        try skip(depth: depth &- 1)
      } while scanner.take(",")
      guard scanner.take("}") else { throw mismatch("a comma or the end of the object") }
    case .array:
      _ = scanner.take("[")
      if scanner.take("]") { return }
      repeat {
        try skip(depth: depth &- 1)
      } while scanner.take(",")
      guard scanner.take("]") else { throw mismatch("a comma or the end of the list") }
    case .string: _ = try string()
    case .number:
      guard scanner.number() != nil else { throw fail(.malformed, "a number is malformed") }
    case .literal:
      guard scanner.take(word: "null") || scanner.take(word: "true") || scanner.take(word: "false")
      else { throw fail(.malformed, "expected a value; only null, true and false need no quotes") }
    case .end, .other: throw mismatch("a value")
    }
  }
}
