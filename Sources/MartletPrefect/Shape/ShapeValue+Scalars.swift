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
    guard let value = Int(anyForm: json) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid integer", type: "int_type")
    }
    self = value
  }

  var json: JSON { .integer(self) }
}

extension Double: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard let value = Double(anyForm: json) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid number", type: "float_type")
    }
    self = value
  }

  var json: JSON { .double(self) }
}

extension Bool: ShapeValue {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard let value = Bool(anyForm: json) else {
      throw ShapeFault(
        location: location, message: "Input should be a valid boolean", type: "bool_type")
    }
    self = value
  }

  var json: JSON { .bool(self) }
}

extension UUIDValue: ShapeValue {
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
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard let value = Instant(anyForm: json) else {
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
