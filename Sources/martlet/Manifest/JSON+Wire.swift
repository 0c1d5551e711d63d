// Decides how the model's JSON travels: numbers as the wire has them, so that what comes back compares equal.

import MartletModel
import MartletProto
import MartletWire

extension JSONValue {
  /// The value as it travels.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number): self = .number(Double(number.description) ?? 0)
    case .string(let text): self = .string(text.text)
    case .array(let values): self = .list(values.map { JSONValue($0) })
    case .object(let members): self = .object(JSONObject(members))
    }
  }
}

extension JSONObject {
  /// The members as they travel.
  init(_ members: JSONMembers) {
    self.init(uniqueKeysWithValues: members.pairs.map { ($0.name, JSONValue($0.value)) })
  }
}

extension JSON {
  /// What came over the wire.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number):
      if let integer = Int(exactly: number) {
        self = .integer(integer)
      } else {
        self = .double(number)
      }
    case .string(let text): self = .text(text)
    case .list(let values): self = .array(values.map { JSON($0) })
    case .object(let object): self = .object(JSONMembers(object))
    }
  }
}

extension JSONMembers {
  /// What came over the wire, by name.
  init(_ object: JSONObject) {
    self.init(object.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) })
  }
}

extension Instant {
  /// A time of the wire, to the microsecond.
  init(_ time: Timestamp) {
    self.init(microseconds: time.seconds * 1_000_000 + Int64(time.nanos / 1000))
  }

  /// The time as it travels.
  var timestamp: Timestamp {
    var seconds = microseconds / 1_000_000
    if microseconds % 1_000_000 < 0 { seconds -= 1 }
    return Timestamp(
      seconds: seconds, nanos: Int32((microseconds - seconds * 1_000_000) * 1000))
  }
}

extension Interval {
  /// A length of the wire, to the microsecond.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// The length as it travels.
  var length: Duration { .microseconds(microseconds) }
}
