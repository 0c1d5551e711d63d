// Decides how names of the contract become names of shell functions and flags.

/// Names in the shell's spelling.
enum ShellNames {
  /// `RunService`, `CreateRun` to `martlet_run_create_run`: the service's noun, then the method.
  static func function(service: String, method: String) -> String {
    let noun = service.hasSuffix("Service") ? String(service.dropLast(7)) : service
    return "martlet_\(words(noun).joined(separator: "_"))_\(words(method).joined(separator: "_"))"
  }

  /// `read_mask` to `read-mask`.
  static func flag(_ field: String) -> String {
    String(field.map { $0 == "_" ? "-" : $0 })
  }

  /// `RunKind` to `RUN_KIND_`, with which the names of its values begin.
  static func prefix(ofEnum name: String) -> String {
    words(name).joined(separator: "_").uppercased() + "_"
  }

  /// The words of a camel-case name, in lower case: `GetHTTPInfo` has three.
  private static func words(_ name: String) -> [String] {
    let letters = Array(name)
    var words: [String] = []
    for (index, letter) in letters.enumerated() {
      let afterLower = index > 0 && !letters[index - 1].isUppercase
      let beforeLower = index + 1 < letters.count && letters[index + 1].isLowercase
      if words.isEmpty || (letter.isUppercase && (afterLower || beforeLower)) {
        words.append(letter.lowercased())
      } else {
        words[words.count - 1] += letter.lowercased()
      }
    }
    return words
  }
}
