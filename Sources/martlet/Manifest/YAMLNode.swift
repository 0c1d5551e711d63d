// Decides how a text becomes nodes: libyaml finds the events, this puts them together. Aliases share what they name, so
// that writing them out is for whoever bounds it.

import CYAML
import MartletModel

/// A value in a text of YAML.
struct YAMLNode {
  /// What it is.
  enum Content {
    /// A word, and whether it may be a number, a truth value or nothing.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([(key: String, line: Int, isPlain: Bool, value: YAMLNode)])
  }

  let content: Content
  /// Where it begins, from 1.
  let line: Int

  /// The value of a text; nil when there is none in it.
  ///
  /// - Throws: `YAMLFault` when it is no YAML, or nested too deep.
  static func root(of text: String) throws(YAMLFault) -> YAMLNode? {
    let bytes = Array(text.utf8)
    if bytes.isEmpty { return nil }
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(YAMLFault) in try YAMLReader(buffer).root() }
    }
    return try result.get()
  }
}

/// Why a text is no YAML that is taken.
struct YAMLFault: Error, Equatable, CustomStringConvertible {
  /// Where, from 1.
  let line: Int?
  /// What is wrong.
  let problem: String

  /// The sentence.
  var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}

private final class YAMLReader {
  private enum Event {
    case scalar(String, isPlain: Bool, anchor: String?)
    case alias(String)
    case sequence(anchor: String?)
    case mapping(anchor: String?)
    /// The end of a sequence, of a mapping, of the document or of everything.
    case end
    case document
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private var anchors: [String: YAMLNode] = [:]

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    precondition(yaml_parser_initialize(parser) == 1, "no memory")
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  func root() throws(YAMLFault) -> YAMLNode? {
    // The stream begins.
    _ = try next()
    guard case (.document, _) = try next() else { return nil }
    let (event, line) = try next()
    let root = try node(event, line, depth: 0)
    // The document ends.
    _ = try next()
    guard case (.document, let second) = try next() else { return root }
    throw YAMLFault(line: second, problem: "a second document begins: one file holds one")
  }

  private func node(_ event: Event, _ line: Int, depth: Int) throws(YAMLFault) -> YAMLNode {
    guard depth <= JSON.greatestDepth else {
      throw YAMLFault(line: line, problem: "is nested too deep")
    }
    let anchor: String?
    let content: YAMLNode.Content
    switch event {
    case .alias(let name):
      guard let named = anchors[name] else {
        throw YAMLFault(line: line, problem: "*\(name) comes before its anchor, &\(name)")
      }
      return named
    case .scalar(let text, let isPlain, let name):
      anchor = name
      content = .scalar(text, isPlain: isPlain)
    case .sequence(let name):
      anchor = name
      content = .sequence(try elements(depth))
    case .mapping(let name):
      anchor = name
      content = .mapping(try members(depth))
    case .end, .document: throw YAMLFault(line: line, problem: "a value is missing")
    }
    let made = YAMLNode(content: content, line: line)
    if let anchor { anchors[anchor] = made }
    return made
  }

  private func elements(_ depth: Int) throws(YAMLFault) -> [YAMLNode] {
    var elements: [YAMLNode] = []
    while true {
      let (event, line) = try next()
      if case .end = event { return elements }
      elements.append(try node(event, line, depth: depth + 1))
    }
  }

  private func members(
    _ depth: Int
  ) throws(YAMLFault) -> [(key: String, line: Int, isPlain: Bool, value: YAMLNode)] {
    var members: [(key: String, line: Int, isPlain: Bool, value: YAMLNode)] = []
    var names: Set<String> = []
    while true {
      let (event, line) = try next()
      if case .end = event { return members }
      guard case .scalar(let key, let isPlain) = try node(event, line, depth: depth + 1).content
      else { throw YAMLFault(line: line, problem: "a key must be a text") }
      guard names.insert(key).inserted else {
        throw YAMLFault(line: line, problem: "\(key) is there twice")
      }
      let (value, place) = try next()
      members.append((key, line, isPlain, try node(value, place, depth: depth + 1)))
    }
  }

  private func next() throws(YAMLFault) -> (Event, line: Int) {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw fault }
    defer { yaml_event_delete(&event) }
    let line = Int(event.start_mark.line) + 1
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: return (.document, line)
    case YAML_ALIAS_EVENT: return (.alias(Self.text(event.data.alias.anchor) ?? ""), line)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain =
        scalar.style == YAML_PLAIN_SCALAR_STYLE && Self.text(scalar.tag) != YAML_STR_TAG
      return (.scalar(text, isPlain: isPlain, anchor: Self.text(scalar.anchor)), line)
    case YAML_SEQUENCE_START_EVENT:
      return (.sequence(anchor: Self.text(event.data.sequence_start.anchor)), line)
    case YAML_MAPPING_START_EVENT:
      return (.mapping(anchor: Self.text(event.data.mapping_start.anchor)), line)
    default: return (.end, line)
    }
  }

  private static func text(_ pointer: UnsafePointer<UInt8>?) -> String? {
    pointer.map { String(decodingCString: $0, as: UTF8.self) }
  }

  private var fault: YAMLFault {
    let parser = self.parser.pointee
    let problem = parser.problem.map { String(cString: $0) } ?? "is no YAML"
    if parser.error == YAML_READER_ERROR {
      let before = bytes.prefix(parser.problem_offset)
      return YAMLFault(
        line: before.count(where: { $0 == UInt8(ascii: "\n") }) + 1, problem: problem)
    }
    let line = Int(parser.problem_mark.line)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let isIndentedByTab =
      lines.indices.contains(line)
      && lines[line].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
    return YAMLFault(
      line: line + 1,
      problem: isIndentedByTab ? "a tab is no indentation in YAML: use spaces" : problem)
  }
}
