// Decides on which line of a TOML text each key stands. The parser tells no lines of values, so it is given the text
// expression by expression: the lines from one end of an expression to the next are the fewest that it accepts.

internal import TOMLKit

/// A key of a TOML text, at the root or in a table of the root.
struct TOMLEntry {
  /// The keys from the root.
  let path: [String]
  /// What it is set to; nil when the library cannot name it.
  let value: (any TOMLValueConvertible)?
  /// Where its expression begins, counted from 1.
  let line: Int
}

/// The first mention of every key in a text that is TOML as a whole.
func tomlEntries(of text: String) -> [TOMLEntry] {
  var entries: [TOMLEntry] = []
  var seen: Set<[String]> = []
  var header = ""
  var expression = ""
  var start = 1
  for (number, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false)
    .enumerated()
  {
    expression += "\(Substring(line))\n"
    guard (try? TOMLTable(string: expression)) != nil else { continue }
    if expression.first(where: { $0 != " " && $0 != "\t" }) == "[" {
      header = expression
      expression = ""
    }
    for (path, value) in (try? TOMLTable(string: header + expression))?.paths ?? []
    where seen.insert(path).inserted {
      entries.append(TOMLEntry(path: path, value: value, line: start))
    }
    expression = ""
    start = number + 2
  }
  return entries
}

extension TOMLTable {
  /// The keys of the root, and those in tables of the root, with their values.
  fileprivate var paths: [(path: [String], value: (any TOMLValueConvertible)?)] {
    keys.flatMap { key in
      let inner = self[key]?.table
      return [(path: [key], value: self[key])]
        + (inner?.keys ?? []).map { (path: [key, $0], value: inner?[$0]) }
    }
  }
}
