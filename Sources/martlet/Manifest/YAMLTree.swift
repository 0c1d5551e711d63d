// Decides how YAML becomes a tree, and on which line each of its values stands. Bare words are taken as YAML 1.1 takes
// them, as Prefect does; times stay texts. Aliases are written out, up to a bound.

import MartletModel
import Yams

/// A text of YAML, read.
struct YAMLTree {
  /// What it says.
  let json: JSON
  /// The lines of its values, from 1.
  let lines: [JSONPointer: Int]

  /// Values that one text may come to, aliases written out.
  static let largest = 200_000

  /// Reads a text; an empty one is an empty object.
  ///
  /// - Throws: `YAMLFault` when it is no YAML, or too much.
  init(_ text: String) throws(YAMLFault) {
    let text =
      text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let root: Node?
    do {
      root = try Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw YAMLFault(error, in: text)
    } catch {
      throw YAMLFault(line: nil, problem: "\(error)")
    }
    var writer = TreeWriter()
    json = try root.map { (node) throws(YAMLFault) in try writer.tree(node, []) } ?? .object([])
    lines = writer.lines
  }

  /// The line of a place, or of the nearest one around it.
  func line(of place: JSONPointer) -> Int? {
    var steps = place.steps
    while true {
      if let line = lines[JSONPointer(steps)] { return line }
      if steps.popLast() == nil { return nil }
    }
  }
}

private struct TreeWriter {
  var lines: [JSONPointer: Int] = [:]
  private var count = 0

  mutating func tree(_ node: Node, _ steps: [JSONPointer.Step]) throws(YAMLFault) -> JSON {
    count += 1
    guard count <= YAMLTree.largest, steps.count <= JSON.greatestDepth else {
      throw YAMLFault(line: node.mark?.line, problem: "is too large or nested too deep")
    }
    let place = JSONPointer(steps)
    if lines[place] == nil { lines[place] = node.mark?.line }
    switch node {
    case .scalar(let scalar): return value(scalar)
    case .sequence(let sequence):
      var values: [JSON] = []
      for (index, element) in sequence.enumerated() {
        values.append(try tree(element, steps + [.index(index)]))
      }
      return .array(values)
    case .mapping(let mapping):
      var members = JSONMembers()
      try add(mapping, to: &members, steps, isMerged: false)
      return .object(members)
    case .alias: throw YAMLFault(line: node.mark?.line, problem: "names no anchor before it")
    }
  }

  /// What a mapping says itself wins over what it merges.
  private mutating func add(
    _ mapping: Node.Mapping, to members: inout JSONMembers, _ steps: [JSONPointer.Step],
    isMerged: Bool
  ) throws(YAMLFault) {
    var merged: [Node] = []
    for (key, node) in mapping {
      guard case .scalar(let scalar) = key else {
        throw YAMLFault(line: key.mark?.line, problem: "a key must be a text")
      }
      if scalar.string == "<<" && scalar.style == .plain {
        if case .sequence(let several) = node { merged += several } else { merged.append(node) }
        continue
      }
      let name = JSONText(scalar.string)
      if isMerged, members[name] != nil { continue }
      let inner = steps + [.name(name)]
      if let line = key.mark?.line { lines[JSONPointer(inner)] = line }
      members.set(name, to: try tree(node, inner))
    }
    for node in merged {
      guard case .mapping(let source) = node else {
        throw YAMLFault(line: node.mark?.line, problem: "<< takes keys and values")
      }
      try add(source, to: &members, steps, isMerged: true)
    }
  }

  private func value(_ scalar: Node.Scalar) -> JSON {
    let text = scalar.string
    guard scalar.style == .plain, scalar.tag != Tag(.str) else { return .text(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
    default:
      let bare = text.hasPrefix("+") ? text.dropFirst() : text[...]
      if let number = ExactNumber(String(bare)) { return .number(number) }
      if bare.hasPrefix("0x"), let number = Int(bare.dropFirst(2), radix: 16) {
        return .integer(number)
      }
      return .text(text)
    }
  }
}
