// Decides how plain JSON crosses from Prefect's bodies to the messages of Martlet's services and back.

internal import MartletModel
internal import MartletWire

extension JSONValue {
  /// JSON as a message has it: numbers are doubles there.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number): self = .number(Double(number.description) ?? 0)
    case .string(let text): self = .string(text.text)
    case .array(let values): self = .list(values.map(JSONValue.init))
    case .object(let members): self = .object(JSONObject(members))
    }
  }
}

extension [String: JSONValue] {
  /// The members of an object as a message has them.
  init(_ members: JSONMembers) {
    self.init(minimumCapacity: members.count)
    for (name, value) in members.pairs { self[name] = JSONValue(value) }
  }

  /// The object as plain JSON, names in order.
  var plain: JSON {
    .object(JSONMembers(sorted { $0.key < $1.key }.map { ($0.key, $0.value.plain) }))
  }
}

extension JSONValue {
  /// The value as plain JSON.
  var plain: JSON {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let number): .double(number)
    case .string(let text): .text(text)
    case .list(let values): .array(values.map(\.plain))
    case .object(let object): object.plain
    }
  }
}
