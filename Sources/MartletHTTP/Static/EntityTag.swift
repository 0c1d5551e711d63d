// Decides when a client has a content already, wants no other, or still has the one whose part it asks for
// (RFC 9110, 8.8.3, 13.1.1, 13.1.2 and 13.1.5). Pure.

/// A strong tag of a content, quotes included.
struct EntityTag: Equatable {
  let text: String

  init(_ stamp: FileStamp) {
    text = "\"\(stamp.text)\""
  }

  /// Whether an `If-None-Match` field names it; weakly, as that field compares.
  func isNamed(in field: String?) -> Bool {
    guard let field else { return false }
    return field.split(separator: ",").contains { entry in
      let tag = entry.trimmed
      return tag == "*" || tag == text || tag == "W/" + text
    }
  }

  /// Whether an `If-Match` field, if there is one, names it; strongly, as that field compares.
  func isWanted(by field: String?) -> Bool {
    guard let field else { return true }
    return field.split(separator: ",").contains { $0.trimmed == "*" || $0.trimmed == text }
  }

  /// Whether a range may be served: without an `If-Range` field, or when it names just this tag.
  func allowsRange(_ ifRange: String?) -> Bool {
    guard let ifRange else { return true }
    return ifRange[...].trimmed == text
  }
}

extension Substring {
  /// Without blanks at its ends.
  fileprivate var trimmed: Substring {
    var rest = drop { $0 == " " || $0 == "\t" }
    while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
    return rest
  }
}
