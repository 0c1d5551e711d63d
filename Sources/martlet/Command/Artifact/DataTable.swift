// Decides how the table of an artifact is laid out: a list of objects by rows, an object of lists by columns.

import MartletWire

/// The columns of a table as JSON has it.
struct DataTable {
  /// The table for a terminal.
  let table: Table

  /// Reads a list of objects or an object of lists; nil for anything else, and for a table without columns.
  init?(_ value: JSONValue) {
    let columns: [String]
    let rows: [[JSONValue?]]
    switch value {
    case .list(let items):
      let objects = items.compactMap { if case .object(let object) = $0 { object } else { nil } }
      guard objects.count == items.count else { return nil }
      columns = Set(objects.flatMap(\.keys)).sorted()
      rows = objects.map { object in columns.map { object[$0] } }
    case .object(let object):
      columns = object.keys.sorted()
      let lists = columns.compactMap {
        if case .list(let list)? = object[$0] { list } else { nil as [JSONValue]? }
      }
      guard lists.count == columns.count else { return nil }
      rows = (0..<(lists.map(\.count).max() ?? 0)).map { row in
        lists.map { row < $0.count ? $0[row] : nil }
      }
    default: return nil
    }
    guard !columns.isEmpty else { return nil }
    var table = Table(columns)
    for row in rows { table.append(row.map { .init($0 == nil ? "" : $0.plain) }) }
    self.table = table
  }
}
