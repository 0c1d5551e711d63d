// Decides how the plain values of bodies are read and written.

internal import MartletModel

extension String: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .string(let text) = json else {
      throw ShapeFault(
        location: location, message: "Input should be a valid string", type: "string_type")
    }
    self = text.text
  }

  var json: JSON { .text(self) }
}

extension Int: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .number(let number) = json, let value = Int(number.description) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid integer", type: "int_type")
    }
    self = value
  }

  var json: JSON { .integer(self) }
}

extension Double: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .number(let number) = json, let value = Double(number.description) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid number", type: "float_type")
    }
    self = value
  }

  var json: JSON { .double(self) }
}

extension Bool: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .bool(let value) = json else {
      throw ShapeFault(
        location: location, message: "Input should be a valid boolean", type: "bool_type")
    }
    self = value
  }

  var json: JSON { .bool(self) }
}

extension UUIDValue: ShapeValue {
  /// Reads the forms that Python's `uuid.UUID` does: with hyphens or without, in braces, as a URN.
  init?(anyForm text: String) {
    var digits = Substring(text)
    if digits.hasPrefix("urn:uuid:") { digits = digits.dropFirst(9) }
    if digits.hasPrefix("{"), digits.hasSuffix("}") { digits = digits.dropFirst().dropLast() }
    if digits.utf8.count == 32 {
      let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map {
        digits.dropFirst($0.lowerBound).prefix($0.count)
      }
      digits = Substring(parts.joined(separator: "-"))
    }
    self.init(text: digits)
  }

  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .string(let text) = json, let value = UUIDValue(anyForm: text.text) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid UUID", type: "uuid_parsing")
    }
    self = value
  }

  var json: JSON { .text(text) }
}

extension Instant: ShapeValue {
  // `2026-11-21T05:52:56Z` and `2026-11-21 05:52:56+00:00` both come.
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .string(let text) = json, let value = Instant(rfc3339: text.text) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid datetime", type: "datetime_parsing")
    }
    self = value
  }

  var json: JSON { .text(rfc3339) }
}

extension JSON: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) { self = json }

  var json: JSON { self }
}

extension Array: ShapeValue where Element: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .array(let values) = json else {
      throw ShapeFault(
        location: location, message: "Input should be a valid list", type: "list_type")
    }
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (place, value) in values.enumerated() {
      elements.append(try Element(value, at: location + ["\(place)"]))
    }
    self = elements
  }

  var json: JSON { .array(map(\.json)) }
}

extension Dictionary: ShapeValue where Key == String, Value: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .object(let members) = json else {
      throw ShapeFault(
        location: location, message: "Input should be a valid dictionary", type: "dict_type")
    }
    self.init(minimumCapacity: members.count)
    for (name, value) in members.pairs { self[name] = try Value(value, at: location + [name]) }
  }

  var json: JSON {
    .object(JSONMembers(sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
  }
}
