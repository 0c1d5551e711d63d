// Decides how rows look on a terminal: columns as wide as their widest cell, two blanks between, the last one cut to
// the terminal's width and never padded. What a terminal would take for an order is shown, not obeyed.

/// A table of text.
struct Table {
  /// How a column is set.
  enum Alignment { case left, right }

  private let header: [String]
  private let alignment: [Alignment]
  private var rows: [[Cell]] = []

  /// A text with the colour it is shown in.
  struct Cell: ExpressibleByStringLiteral {
    var text: String
    var style: Style?

    init(_ text: String, _ style: Style? = nil) {
      self.text = text.onOneLine
      self.style = style
    }
    init(stringLiteral value: String) { self.init(value) }
  }

  /// Makes a table with a heading for each column; a heading that begins with `>` sets its column to the right.
  init(_ header: String...) { self.init(header) }

  /// Makes a table with these headings.
  init(_ header: [String]) {
    self.header = header.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
    alignment = header.map { $0.hasPrefix(">") ? .right : .left }
  }

  /// Adds a row with a cell for each column.
  mutating func append(_ cells: Cell...) { append(cells) }

  /// Adds a row with these cells.
  mutating func append(_ cells: [Cell]) { rows.append(cells) }

  /// The lines of the table.
  func render(for terminal: Terminal) -> String {
    var widths = header.map(\.count)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], cell.text.count)
      }
    }
    var output = ""
    func line(_ cells: [Cell]) {
      var used = 0
      for (column, cell) in cells.enumerated() {
        let isLast = column == cells.count - 1
        var text = cell.text
        if isLast, let width = terminal.width, used + text.count > width, width > used + 1 {
          text = text.prefix(width - used - 1) + "…"
        }
        let padding = String(repeating: " ", count: max(0, widths[column] - text.count))
        let styled = terminal.styled(text, cell.style)
        switch alignment[column] {
        case .right: output += padding + styled
        case .left: output += isLast ? styled : styled + padding
        }
        if !isLast { output += "  " }
        used += widths[column] + 2
      }
      output += "\n"
    }
    line(header.map { Cell($0.uppercased(), .dim) })
    for row in rows { line(row) }
    return output
  }
}

extension String {
  /// The text with its control characters written out: a name cannot break a row or drive the terminal.
  var onOneLine: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return self
    }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.properties.generalCategory == .control {
        text += scalar.escaped(asASCII: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
