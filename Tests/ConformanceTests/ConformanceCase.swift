// Decides how a case of the table is read; its format is in Tests/Conformance/README.md.

import Foundation
import Martlet
import MartletWire
import Testing

/// One case, as the file has it.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
  let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  var name: String { json["name"]?.text ?? "" }
  var steps: [JSONValue] { json["steps"]?.elements ?? [] }
  var testDescription: String { name }

  /// Why this client cannot carry it out.
  enum Exclusion {
    /// It is about HTTP, not about a client.
    case bareHTTP
    /// It sends a NUL, which this client refuses before it is sent.
    case holdsNUL
  }
  var reasonToLeaveOut: Exclusion? {
    if steps.contains(where: { $0["http"] != nil }) { return .bareHTTP }
    return json.holdsNUL ? .holdsNUL : nil
  }
}

/// JSON as Foundation reads it: with NUL, which our own reader refuses.
struct Lenient: Decodable {
  let value: JSONValue

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let bool = try? container.decode(Bool.self) {
      value = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let text = try? container.decode(String.self) {
      value = .string(text)
    } else if let list = try? container.decode([Lenient].self) {
      value = .list(list.map(\.value))
    } else {
      value = .object(try container.decode([String: Lenient].self).mapValues(\.value))
    }
  }
}

/// The values of a case while it is carried out.
struct Variables {
  private(set) var values: [String: String] = [:]

  /// Makes new values of the kinds that a case asks for.
  init(_ kinds: JSONValue?) throws {
    for (name, kind) in kinds?.members ?? [:] { values[name] = try Self.make(kind.text ?? "") }
  }

  mutating func set(_ name: String, _ value: String) { values[name] = value }

  private static func make(_ kind: String) throws -> String {
    let match = try #require(
      try Regex("(uuid7|uuid4|word|time)([+-][0-9]+)?").wholeMatch(in: kind), "\(kind)")
    let offset = match.output[2].substring.flatMap { Int(String($0)) } ?? 0
    let time = Date(timeIntervalSinceNow: Double(offset))
    switch match.output[1].substring {
    case "uuid7":
      let own = Identifier.timeOrdered()
      let stamp = String(Int(time.timeIntervalSince1970 * 1000), radix: 16)
      let digits = String(repeating: "0", count: 12 - stamp.count) + stamp
      return "\(digits.prefix(8))-\(digits.suffix(4))\(own.dropFirst(13))"
    case "uuid4": return Identifier.random()
    case "word":
      return String((0..<12).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" })
    default: return time.formatted(.iso8601)
    }
  }

  /// The value with every `${NAME}` replaced, in keys too.
  func fill(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(fill(text))
    case .list(let list): .list(list.map(fill))
    case .object(let object):
      .object(
        Dictionary(
          object.map { (fill($0.key), fill($0.value)) }, uniquingKeysWith: { first, _ in first }))
    case .null, .number, .bool: value
    }
  }

  private func fill(_ text: String) -> String {
    guard text.contains("${") else { return text }
    return values.reduce(text) { $0.replacingOccurrences(of: "${\($1.key)}", with: $1.value) }
  }
}

extension JSONValue {
  subscript(name: String) -> JSONValue? { members?[name] }

  var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
  var elements: [JSONValue]? { if case .list(let elements) = self { elements } else { nil } }
  var holdsNUL: Bool {
    switch self {
    case .string(let text): text.utf8.contains(0)
    case .list(let list): list.contains(where: \.holdsNUL)
    case .object(let object): object.values.contains(where: \.holdsNUL)
    case .null, .bool, .number: false
    }
  }
  var isTrue: Bool { self == .bool(true) }

  /// A scalar as text, integers without a point.
  var text: String? {
    switch self {
    case .string(let text): text
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    case .bool(let bool): "\(bool)"
    case .null, .object, .list: nil
    }
  }

  /// The value at a path of members and indexes.
  func at(_ path: String) -> JSONValue? {
    path.split(separator: ".").reduce(self as JSONValue?) { value, part in
      guard let value else { return nil }
      if let elements = value.elements {
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        return elements[index]
      }
      return value[String(part)]
    }
  }
}
