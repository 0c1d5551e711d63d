// Decides which bytes a `Range` field asks for (RFC 9110, 14.1 and 14.2). Pure.

/// What part of a content is wanted.
enum ByteRange: Equatable {
  /// All of it: no field, one that is malformed, another unit, or several ranges, all of which may be ignored.
  case whole
  /// These bytes.
  case part(Range<Int>)
  /// Bytes that there are not.
  case unsatisfiable

  /// Reads a field for a content of so many bytes.
  init(_ field: String?, size: Int) {
    self = .whole
    guard let field, let unit = field.firstRange(of: "="),
      field[..<unit.lowerBound].lowercased() == "bytes"
    else { return }
    let text = field[unit.upperBound...].filter { $0 != " " && $0 != "\t" }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else {
      return
    }
    switch (first, last) {
    case (nil, nil): return
    case (nil, let suffix?):
      self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
    case (let start?, let end):
      if let end, end < start { return }
      self =
        start >= size ? .unsatisfiable : .part(start..<min(size, (end ?? size - 1) + 1))
    }
  }

  /// A number, or nothing where nothing stands; nil when it is neither.
  private static func number(_ text: Substring) -> Int?? {
    if text.isEmpty { return .some(nil) }
    guard text.count <= 18, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
  }
}
