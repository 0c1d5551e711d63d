// Decides which operation a path means: where a fixed word and a parameter both fit, the word.

/// The paths of all operations as a tree of their parts.
struct Routes: Sendable {
  /// What was found.
  enum Match: Equatable, Sendable {
    /// The operation, and the values of the parameters by name.
    case operation(Operation, [String: String])
    /// There is such a path, for these methods.
    case otherMethods([String])
    /// There is none.
    case nothing
  }

  private final class Node: Sendable {
    let words: [String: Node]
    let parameter: Node?
    /// The operations that end here, by method, with the names of their parameters.
    let ends: [String: (operation: Operation, names: [String])]

    init(_ paths: [(parts: ArraySlice<String>, operation: Operation)]) {
      var ends: [String: (Operation, [String])] = [:]
      var byWord: [String: [(ArraySlice<String>, Operation)]] = [:]
      var byParameter: [(ArraySlice<String>, Operation)] = []
      for (parts, operation) in paths {
        guard let first = parts.first else {
          ends[operation.method] = (operation, operation.parameterNames)
          continue
        }
        if first.hasPrefix("{") {
          byParameter.append((parts.dropFirst(), operation))
        } else {
          byWord[first, default: []].append((parts.dropFirst(), operation))
        }
      }
      self.ends = ends
      words = byWord.mapValues { Node($0) }
      parameter = byParameter.isEmpty ? nil : Node(byParameter)
    }
  }

  private let root: Node

  /// The tree of every operation.
  init() {
    root = Node(Operation.allCases.map { (Operation.parts(of: $0.path)[...], $0) })
  }

  /// Finds the operation of a request.
  ///
  /// - Parameter path: below the root of the API, without query, still percent-encoded.
  func find(_ method: String, _ path: String) -> Match {
    var values: [String] = []
    guard let node = Self.find(Operation.parts(of: path)[...], from: root, &values) else {
      return .nothing
    }
    guard let end = node.ends[method] else { return .otherMethods(node.ends.keys.sorted()) }
    return .operation(end.operation, Dictionary(zip(end.names, values)) { $1 })
  }

  private static func find(
    _ parts: ArraySlice<String>, from node: Node, _ values: inout [String]
  ) -> Node? {
    guard let first = parts.first else { return node.ends.isEmpty ? nil : node }
    if let next = node.words[first], let found = find(parts.dropFirst(), from: next, &values) {
      return found
    }
    // The last part of a path with a slash at its end is empty, and no value.
    guard !first.isEmpty, let next = node.parameter, let value = unescaped(first) else {
      return nil
    }
    values.append(value)
    if let found = find(parts.dropFirst(), from: next, &values) { return found }
    values.removeLast()
    return nil
  }

  /// The parameters behind the question mark of a request target.
  static func query(_ target: String) -> [String: String] {
    guard let mark = target.firstIndex(of: "?") else { return [:] }
    var query: [String: String] = [:]
    for pair in target[mark...].dropFirst().split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = unescaped(String(parts[0])) else { continue }
      let value = parts.count > 1 ? parts[1].map { $0 == "+" ? " " : $0 } : []
      query[name] = unescaped(String(value))
    }
    return query
  }

  /// A part without its percent-encoding; nil when that is none, or no UTF-8.
  static func unescaped(_ part: String) -> String? {
    guard part.utf8.contains(UInt8(ascii: "%")) else { return part }
    var bytes: [UInt8] = []
    var rest = Array(part.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Operation {
  /// The method of its requests.
  var method: String { Self.table[rawValue].method }
  /// Its path, with the names of parameters in braces.
  var path: String { Self.table[rawValue].path }

  /// The parts of a path; one with a slash at its end has an empty last part, for Prefect tells the two apart.
  static func parts(of path: String) -> [String] {
    path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  /// The names of its parameters, in the order of the path.
  var parameterNames: [String] {
    Self.parts(of: path).filter { $0.hasPrefix("{") }.map { name in
      String(name.dropFirst().prefix { $0 != "}" && $0 != ":" })
    }
  }
}
