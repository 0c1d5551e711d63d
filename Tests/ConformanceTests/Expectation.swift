// Decides when a response is as expected: members that are not named do not matter, absence is the default, and a text
// that begins with `~` is a pattern.

import Martlet
import MartletWire

/// What a response must match.
struct Expectation {
  let expected: JSONValue

  /// What is wrong with a value; nil when it matches.
  func mismatch(_ actual: JSONValue?, at path: String = "") -> String? {
    let place = path.isEmpty ? "response" : path
    if let list = expected["$unordered"]?.elements {
      return unordered(list, actual?.elements ?? [], place, isExact: true)
    }
    if let list = expected["$has"]?.elements {
      return unordered(list, actual?.elements ?? [], place, isExact: false)
    }
    switch (expected, actual) {
    case (.null, nil), (.null, .null?): return nil
    case (.null, let actual?): return "\(place): expected nothing, got \(actual)"
    case (.object(let members), nil):
      return members.compactMap { Self(expected: $1).mismatch(nil, at: join(path, $0)) }.first
    case (_, nil):
      return isDefault ? nil : "\(place): expected \(expected), got nothing"
    case (.object(let members), .object(let actual)?):
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        if let problem = Self(expected: value).mismatch(actual[name], at: join(path, name)) {
          return problem
        }
      }
      return nil
    case (.list(let list), .list(let actual)?):
      guard list.count == actual.count else {
        return "\(place): expected \(list.count) elements, got \(actual)"
      }
      for (index, value) in list.enumerated() {
        let found = Self(expected: value).mismatch(actual[index], at: join(path, "\(index)"))
        if let found { return found }
      }
      return nil
    case (.string(let text), let actual?) where text.hasPrefix("~"):
      guard let found = actual.text, let pattern = try? Regex(String(text.dropFirst())),
        (try? pattern.dotMatchesNewlines().wholeMatch(in: found)) ?? nil != nil
      else { return "\(place): expected \(text), got \(actual)" }
      return nil
    case (.number, let actual?):
      return actual.text == expected.text ? nil : "\(place): expected \(expected), got \(actual)"
    case (_, let actual?):
      return expected == actual ? nil : "\(place): expected \(expected), got \(actual)"
    }
  }

  private func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  // protobuf JSON leaves defaults out.
  private var isDefault: Bool {
    switch expected {
    case .null, .number(0), .bool(false), .string(""), .string("0"), .list([]): true
    default: false
    }
  }

  private func unordered(
    _ list: [JSONValue], _ actual: [JSONValue], _ place: String, isExact: Bool
  ) -> String? {
    if isExact, list.count != actual.count {
      return "\(place): expected \(list.count) elements, got \(actual)"
    }
    var left = actual
    for value in list {
      let found = left.firstIndex { Self(expected: value).mismatch($0) == nil }
      guard let found else { return "\(place): nothing matches \(value) in \(left)" }
      left.remove(at: found)
    }
    return nil
  }
}
