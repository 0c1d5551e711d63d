// Decides how names and values are quoted in the few statements that cannot take parameters.

/// Quoting for statements such as SET, LISTEN and CREATE DATABASE.
public enum SQLText {
  /// A quoted identifier.
  public static func identifier(_ name: String) -> String {
    var text = "\""
    for character in name.unicodeScalars where character != "\0" {
      if character == "\"" { text += "\"" }
      text.unicodeScalars.append(character)
    }
    return text + "\""
  }

  /// A quoted literal, for `standard_conforming_strings = on`.
  public static func literal(_ value: String) -> String {
    var text = "'"
    for character in value.unicodeScalars where character != "\0" {
      if character == "'" { text += "'" }
      text.unicodeScalars.append(character)
    }
    return text + "'"
  }
}
