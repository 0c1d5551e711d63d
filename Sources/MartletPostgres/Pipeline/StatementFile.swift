// Decides the form of the SQL files: statements with a name, a purpose and a text.

/// A file of named statements: `-- name: lock_runs`, comment lines that say the purpose, the SQL.
package struct StatementFile {
  /// One statement of the file.
  package struct Entry {
    /// Unique among all files.
    package var name: String
    /// The comment below the name.
    package var purpose: String
    /// The SQL.
    package var sql: String
  }

  /// The statements in the order of the file.
  package private(set) var entries: [Entry] = []

  /// Parses a file. What comes before the first name is the file's own comment.
  package init(_ text: String) {
    var isPurpose = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- name: ") {
        entries.append(Entry(name: String(line.dropFirst(9)), purpose: "", sql: ""))
        isPurpose = true
      } else if !entries.isEmpty {
        let last = entries.count - 1
        if isPurpose, line.hasPrefix("-- ") {
          entries[last].purpose += (entries[last].purpose.isEmpty ? "" : " ") + line.dropFirst(3)
        } else if !line.isEmpty {
          isPurpose = false
          entries[last].sql += (entries[last].sql.isEmpty ? "" : "\n") + line
        }
      }
    }
  }
}
