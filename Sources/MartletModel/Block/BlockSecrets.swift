// Decides which values of a block's data are secret, how they are shown to those who may not see them, and that a value
// shown like that, when it comes back, is not taken for a new one.

/// The secret places of data, as a schema tells them.
public struct BlockSecrets: Sendable, Equatable {
  /// What stands for a secret.
  public static let mask = JSON.text("********")

  /// The places: parts of paths; `*` is every member, with all that is below it.
  let paths: [[String]]

  /// Reads them out of the fields of a schema: `secret_fields` lists paths, parts of which are joined by points.
  public init(fields: JSON) {
    guard case .array(let listed)? = fields["secret_fields"] else {
      paths = []
      return
    }
    paths = listed.compactMap { path in
      guard case .string(let path) = path else { return nil }
      return path.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The data with every secret masked. What is null is no secret.
  public func masked(_ data: JSON) -> JSON {
    paths.reduce(data) { Self.replace($0, at: $1[...], with: Self.hidden) }
  }

  /// New data with the secrets of the old where they come back masked.
  public func restored(_ data: JSON, from old: JSON) -> JSON {
    paths.reduce(data) { Self.restore($0, from: old, at: $1[...]) }
  }

  private static func hidden(_ value: JSON) -> JSON { value == .null ? .null : mask }

  private static func replace(
    _ value: JSON, at path: ArraySlice<String>, with change: (JSON) -> JSON
  ) -> JSON {
    guard let part = path.first else { return change(value) }
    switch value {
    case .object(var members):
      for name in members.names where part == "*" || name.text == part {
        let below = members[name] ?? .null
        members.set(
          name,
          to: part == "*"
            ? leaves(below, change) : replace(below, at: path.dropFirst(), with: change))
      }
      return .object(members)
    case .array(let values): return .array(values.map { replace($0, at: path, with: change) })
    case .null, .bool, .number, .string: return part == "*" ? change(value) : value
    }
  }

  private static func leaves(_ value: JSON, _ change: (JSON) -> JSON) -> JSON {
    guard case .object(var members) = value else { return change(value) }
    for name in members.names { members.set(name, to: leaves(members[name] ?? .null, change)) }
    return .object(members)
  }

  private static func restore(_ value: JSON, from old: JSON, at path: ArraySlice<String>) -> JSON {
    if value == mask { return old }
    let isEverything = path.first == "*"
    guard let part = path.first else { return value }
    switch (value, old) {
    case (.object(var members), .object(let before)):
      for name in members.names where isEverything || name.text == part {
        guard let value = members[name], let old = before[name] else { continue }
        let rest = isEverything ? path.prefix(1) : path.dropFirst()
        members.set(name, to: restore(value, from: old, at: rest))
      }
      return .object(members)
    case (.array(let values), .array(let before)) where values.count == before.count:
      return .array(zip(values, before).map { restore($0, from: $1, at: path) })
    default: return value
    }
  }
}
