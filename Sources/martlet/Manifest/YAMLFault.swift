// Decides how people are told what is wrong with a text of YAML: the line, and the mistake in words they know.

import Yams

/// Why a text is no YAML that is taken.
struct YAMLFault: Error, Equatable, CustomStringConvertible {
  /// Where, from 1.
  let line: Int?
  /// What is wrong.
  let problem: String

  /// The sentence.
  var description: String { line.map { "line \($0): \(problem)" } ?? problem }

  init(line: Int?, problem: String) {
    self.line = line
    self.problem = problem
  }

  init(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(_, _, let mark, _) where Self.isIndentedByTab(mark.line, of: text):
      self.init(line: mark.line, problem: "a tab is no indentation in YAML: use spaces")
    case .composer(_, let problem, let mark, _) where problem.contains("another document"):
      self.init(line: mark.line, problem: "a second document begins: one file holds one")
    case .composer(_, let problem, let mark, _) where problem.contains("undefined alias"):
      self.init(line: mark.line, problem: "an alias comes before its anchor")
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(line: mark.line, problem: problem)
    case .reader(let problem, let offset, _, _):
      let before = text.utf8.prefix(offset ?? 0)
      self.init(line: before.count { $0 == UInt8(ascii: "\n") } + 1, problem: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(line: context.mark.line, problem: "\(keys.joined(separator: ", ")) is there twice")
    default: self.init(line: nil, problem: "\(error)")
    }
  }

  private static func isIndentedByTab(_ line: Int, of text: String) -> Bool {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.indices.contains(line - 1)
      && lines[line - 1].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
  }
}
