// Decides how a fault found while reading a C struct is told: a second walk, made only then, finds the field.

import CProtobufC
import Glibc

/// Finds the first string that cannot be read, or the place that is too deep, and names it.
enum FaultLocation {
  /// Describes a fault of the whole message.
  static func describe(_ fault: WireFault, of schema: MessageSchema, limits: DecodeLimits)
    -> WireError
  {
    switch fault {
    case .tooDeep: tooDeep(limits)
    case .tooLarge:
      WireError(
        .tooLarge,
        message: "\(schema.fullName) would take too much memory: it holds too many empty elements")
    case .equivalentKeys:
      WireError(
        .duplicateKey,
        message: "a map in \(schema.fullName) has two keys that are one text in different Unicode"
          + " forms; send one form of it")
    case .malformed, .invalidUTF8, .embeddedNUL, .described:
      WireError(.malformed, message: "the bytes are no valid \(schema.fullName)")
    }
  }

  /// Describes a fault inside a decoded struct.
  static func describe(
    _ fault: WireFault, in raw: UnsafeRawPointer, of schema: MessageSchema, limits: DecodeLimits
  ) -> WireError {
    switch fault {
    case .invalidUTF8, .embeddedNUL:
      find(in: raw, of: schema, path: "")
        ?? WireError(
          fault == .invalidUTF8 ? .invalidUTF8 : .embeddedNUL,
          message: "a string of \(schema.fullName) is not valid text")
    case .tooDeep, .tooLarge, .malformed, .equivalentKeys, .described:
      describe(fault, of: schema, limits: limits)
    }
  }

  static func tooDeep(_ limits: DecodeLimits) -> WireError {
    WireError(
      .tooDeep, message: "messages are nested deeper than the limit of \(limits.depth) levels")
  }

  /// What is wrong with a string, or nil.
  static func fault(_ data: ProtobufCBinaryData) -> WireFault? {
    guard data.len > 0, let bytes = data.data else { return nil }
    if memchr(bytes, 0, data.len) != nil { return .embeddedNUL }
    return UTF8Check.isValid(UnsafeRawBufferPointer(start: bytes, count: data.len))
      ? nil : .invalidUTF8
  }

  private static func find(in raw: UnsafeRawPointer, of schema: MessageSchema, path: String)
    -> WireError?
  {
    for (index, place) in schema.table.places.enumerated() {
      let name = path.isEmpty ? "" : path + "."
      let field = name + schema.fields[index].jsonName
      let value = raw + place.offset
      switch place.cardinality {
      case .implicit, .optional:
        if let error = find(at: value, place.kind, field) { return error }
      case .oneof:
        let set = raw.load(fromByteOffset: place.quantifier, as: UInt32.self)
        if set == place.number, let error = find(at: value, place.kind, field) { return error }
      case .repeated, .map:
        let count = raw.load(fromByteOffset: place.quantifier, as: Int.self)
        guard count > 0 else { continue }
        let elements = value.load(as: UnsafeRawPointer.self)
        for position in 0..<count {
          if let error = find(
            element: elements + position * place.stride, position, place, field)
          {
            return error
          }
        }
      }
    }
    return nil
  }

  private static func find(
    element: UnsafeRawPointer, _ position: Int, _ place: FieldPlace, _ field: String
  ) -> WireError? {
    guard let entry = place.entry else {
      return find(at: element, place.kind, "\(field)[\(position)]")
    }
    let raw = element.load(as: UnsafeRawPointer.self)
    return find(at: raw + entry.keyOffset, entry.key, "\(field)[\(position)].key")
      ?? find(at: raw + entry.valueOffset, entry.value, "\(field)[\(position)].value")
  }

  private static func find(at value: UnsafeRawPointer, _ kind: FieldKind, _ path: String)
    -> WireError?
  {
    switch kind {
    case .string:
      switch fault(value.load(as: ProtobufCBinaryData.self)) {
      case .embeddedNUL: return embeddedNUL(path)
      case .none: return nil
      default: return invalidUTF8(path)
      }
    case .message(let schema):
      guard let nested = value.load(as: UnsafeRawPointer?.self) else { return nil }
      return find(in: nested, of: schema(), path: path)
    default: return nil
    }
  }

  static func embeddedNUL(_ path: String) -> WireError {
    WireError(
      .embeddedNUL, path: path,
      message: "the text holds a NUL character, which cannot be stored; remove it")
  }

  static func invalidUTF8(_ path: String) -> WireError {
    WireError(.invalidUTF8, path: path, message: "the text is not valid UTF-8")
  }
}
