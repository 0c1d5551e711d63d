// Decides how a JSON body becomes a value of one of Prefect's shapes, and what is said of one that does not fit.

internal import MartletModel

/// The shapes of the bodies; generated from Prefect's OpenAPI file.
enum Shape {}

/// What is wrong with a body, as Prefect's 422 answers tell it.
struct ShapeFault: Error, Equatable {
  /// Where: names and places, from the outside in.
  var location: [String]
  /// What should be there.
  var message: String
  /// The kind of fault, in a word of pydantic's.
  var type: String
}

/// A value that a body can hold.
protocol ShapeValue: Sendable {
  /// Reads it.
  init(_ json: JSON, at location: [String]) throws(ShapeFault)
  /// Writes it.
  var json: JSON { get }
}

/// One of a few words.
protocol ShapeWord: ShapeValue, RawRepresentable, CaseIterable, Hashable where RawValue == String {}

/// An object with named members.
protocol ShapeObject: ShapeValue {
  /// The members there are, where no others may be; nil where others are passed over.
  static var fieldNames: Set<JSONText>? { get }
  init(_ fields: ShapeFields) throws(ShapeFault)
  /// The members; those without a value are left out, unless they must be there.
  var members: JSONMembers { get }
}

/// The members of an object that is read.
struct ShapeFields {
  let members: JSONMembers
  let location: [String]

  /// A member that must be there.
  func required<T: ShapeValue>(_ name: String) throws(ShapeFault) -> T {
    guard let value = members[JSONText(name)] else {
      throw ShapeFault(location: location + [name], message: "Field required", type: "missing")
    }
    return try T(value, at: location + [name])
  }

  /// A member that may be left out or null.
  func optional<T: ShapeValue>(_ name: String) throws(ShapeFault) -> T? {
    switch members[JSONText(name)] {
    case nil, .null?: nil
    case let value?: try T(value, at: location + [name])
    }
  }
}

extension ShapeObject {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .object(let members) = json else {
      throw ShapeFault(
        location: location, message: "Input should be a valid dictionary", type: "dict_type")
    }
    if let known = Self.fieldNames, let other = members.names.first(where: { !known.contains($0) })
    {
      throw ShapeFault(
        location: location + [other.text], message: "Extra inputs are not permitted",
        type: "extra_forbidden")
    }
    try self.init(ShapeFields(members: members, location: location))
  }

  var json: JSON { .object(members) }
}

extension ShapeWord {
  init(_ json: JSON, at location: [String]) throws(ShapeFault) {
    guard case .string(let word) = json, let value = Self(rawValue: word.text) else {
      let words = Self.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw ShapeFault(
        location: location, message: "Input should be \(words)", type: "enum")
    }
    self = value
  }

  var json: JSON { .text(rawValue) }
}

extension JSONMembers {
  /// Gives a member its value; one without a value is left out.
  mutating func put(_ name: String, _ value: JSON?) {
    if let value { set(JSONText(name), to: value) }
  }
}
