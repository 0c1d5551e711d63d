// Decides how the variables of a shell step come to its script: as lines in front of it. A worker's own variables are left to
// its shell, as in the script.

extension ManifestReader {
  /// Lines that give a script its variables; empty when there are none.
  func exports(
    _ value: ManifestValue?, _ context: ManifestContext, isPull: Bool, _ notes: inout ManifestNotes
  ) -> String {
    guard let value, let members = notes.members(value) else { return "" }
    var lines = ""
    for name in members.names {
      let place = value.place.appending(.name(name))
      guard Self.isVariable(name.text) else {
        notes.refuse(place, "is no name of a variable: give letters, digits and underscores")
        continue
      }
      let text: String
      switch members[name] ?? .null {
      case .string(let value): text = value.text
      case .number, .bool: text = (members[name] ?? .null).description
      default:
        notes.refuse(place, "must be a text, a number or a truth value")
        continue
      }
      var quoted = ""
      for piece in ManifestContext.pieces(text) {
        switch piece {
        case .reference(_, .environment(let variable)) where isPull: quoted += "${\(variable)}"
        case .reference(let written, _), .text(let written):
          let written = ManifestValue(json: .string(JSONText(written)), place: place)
          switch context.filled(written, &notes).json {
          case .string(let filled): quoted += Self.escaped(filled.text)
          case .null: break
          case let other: quoted += Self.escaped(other.description)
          }
        }
      }
      lines += "export \(name.text)=\"\(quoted)\"\n"
    }
    return lines
  }

  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
        || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
  }

  /// A text as it stands between double quotes of a shell.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      if "\\\"$`".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
  }
}
