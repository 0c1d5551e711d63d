// Decides how the data of a block are read: null is as good as nothing, and no problem repeats a value, for many are secret.

/// The data of a block of a type.
struct BlockFields {
  let type: String
  let data: JSON

  /// A text that must be there.
  func required(_ name: String) throws(InvalidValue) -> String {
    guard let text = try text(name), !text.isEmpty else {
      throw InvalidValue("the \(type) block's \(name)", "is required")
    }
    return text
  }

  /// A text.
  func text(_ name: String) throws(InvalidValue) -> String? {
    switch data[name] {
    case nil, .null?: return nil
    case .string(let text)?: return text.text
    default: throw fault(name, "must be a text")
    }
  }

  /// A list of texts.
  func texts(_ name: String) throws(InvalidValue) -> [String] {
    switch data[name] {
    case nil, .null?: return []
    case .array(let values)?:
      guard values.count <= 100 else { throw fault(name, "has more than 100 texts") }
      var texts: [String] = []
      for value in values {
        guard case .string(let text) = value else { throw fault(name, "must be a list of texts") }
        texts.append(text.text)
      }
      return texts
    default: throw fault(name, "must be a list of texts")
    }
  }

  /// Names with texts.
  func pairs(_ name: String) throws(InvalidValue) -> [(String, String)] {
    switch data[name] {
    case nil, .null?: return []
    case .object(let members)?:
      return members.pairs.map { ($0.name, $0.value.plainText) }
    default: throw fault(name, "must be an object")
    }
  }

  /// A whole number.
  func number(_ name: String) throws(InvalidValue) -> Int? {
    switch data[name] {
    case nil, .null?: return nil
    case .number(let number)?:
      guard let value = number.integer else { throw fault(name, "must be a whole number") }
      return value
    default: throw fault(name, "must be a whole number")
    }
  }

  /// Whether something is so.
  func flag(_ name: String, default standard: Bool) -> Bool {
    if case .bool(let value)? = data[name] { value } else { standard }
  }

  func address(_ name: String) throws(InvalidValue) -> WebAddress {
    try WebAddress(try required(name), "the \(type) block's \(name)")
  }

  func fault(_ name: String, _ problem: String) -> InvalidValue {
    InvalidValue("the \(type) block's \(name)", problem)
  }
}

extension JSON {
  /// A text as it is, anything else as JSON.
  var plainText: String {
    if case .string(let text) = self { text.text } else { description }
  }
}
