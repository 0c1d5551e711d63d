// Decides which C names protoc-gen-c gives to what the Swift code has to reach.

/// The C names of protobuf-c.
enum CNames {
  /// `martlet.v1.RunReport` becomes `Martlet__V1__RunReport`.
  static func type(_ fullName: String) -> String {
    fullName.split(separator: ".").map { part in
      part.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }.joined(separator: "__")
  }

  /// `martlet.v1.RunReport` becomes `martlet__v1__run_report__init`.
  static func initializer(_ fullName: String) -> String {
    fullName.split(separator: ".").map { snake(String($0)) }.joined(separator: "__") + "__init"
  }

  /// The member of a field. C++ keywords get an underscore; Swift's `init` and `self` get backticks.
  static func member(_ field: String) -> String {
    let name = field.lowercased()
    if cppKeywords.contains(name) { return name + "_" }
    return ["init", "self"].contains(name) ? "`\(name)`" : name
  }

  /// The member that counts a repeated field.
  static func count(_ field: String) -> String {
    let name = field.lowercased()
    return "n_" + (cppKeywords.contains(name) ? name + "_" : name)
  }

  /// The member that tells which field of a oneof is set.
  static func oneofCase(_ oneof: String) -> String { oneof.lowercased() + "_case" }

  private static func snake(_ name: String) -> String {
    var result = ""
    var wasUpper = true
    for character in name {
      if character.isUppercase && !wasUpper { result += "_" }
      result += character.lowercased()
      wasUpper = character.isUppercase
    }
    return result
  }

  private static let cppKeywords: Set<String> = [
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "class", "compl", "const", "const_cast", "continue", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "extern", "false", "float", "for", "friend", "goto",
    "if", "inline", "int", "long", "mutable", "namespace", "new", "not", "not_eq", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "return", "short",
    "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void",
    "volatile", "wchar_t", "while", "xor", "xor_eq",
  ]
}
