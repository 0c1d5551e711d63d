// Decides where a line ends: at a line feed, a carriage return before it left out; what is too long is cut.

/// Splits a stream of bytes into lines. A value; whoever reads owns it.
struct LineSplitter {
  private let name: String
  private let longest: Int
  private var partial: [UInt8] = []

  /// Names the stream; lines are cut at `longest` bytes.
  init(_ name: String, longest: Int) {
    self.name = name
    self.longest = longest
  }

  /// The lines that end in these bytes.
  mutating func split(_ bytes: ArraySlice<UInt8>) -> [OutputLine] {
    var lines: [OutputLine] = []
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      add(rest[..<end])
      lines.append(line())
      rest = rest[(end + 1)...]
    }
    add(rest)
    return lines
  }

  /// The line that never ended, if there is one.
  mutating func rest() -> OutputLine? { partial.isEmpty ? nil : line() }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    // One more than is kept, so that a carriage return at the very end can be left out.
    partial.append(contentsOf: bytes.prefix(longest + 1 - partial.count))
  }

  private mutating func line() -> OutputLine {
    if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
    defer { partial.removeAll(keepingCapacity: true) }
    return OutputLine(source: name, text: String(decoding: partial.prefix(longest), as: UTF8.self))
  }
}
