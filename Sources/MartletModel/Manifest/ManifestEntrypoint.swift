// Decides what an entrypoint is, and what its flow is called: by reading the Python source, never by running it.

/// A function of a Python file.
public struct ManifestEntrypoint: Sendable, Hashable {
  /// The file, as it was written.
  public let file: String
  /// The function.
  public let function: String

  /// Reads `flows/etl.py:main`; nil for anything else.
  public init?(_ text: String) {
    guard Self.problem(with: text) == nil, let colon = text.lastIndex(of: ":") else { return nil }
    file = String(text[..<colon])
    function = String(text[text.index(after: colon)...])
  }

  /// What is wrong with a text; nil when it is an entrypoint.
  public static func problem(with text: String) -> String? {
    let form = "must be FILE.py:FUNCTION, such as flows/etl.py:main"
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return form }
    let name = text[text.index(after: colon)...]
    guard let first = name.first, first == "_" || first.isLetter,
      name.allSatisfy({ $0 == "_" || $0 == "." || $0.isLetter || $0.isNumber })
    else { return form }
    return nil
  }
}

/// A function that a Python source marks as a flow.
public struct PythonFlow: Sendable, Hashable {
  /// The function.
  public let function: String
  /// What the flow is called: its `name=`, else the function's name with dashes.
  public let name: String

  /// The flows of a source, in their order: functions below a decorator `@flow`, `@flow(…)` or `@anything.flow(…)`.
  public static func all(in source: String) -> [PythonFlow] {
    var flows: [PythonFlow] = []
    var scanner = PythonScanner(source)
    var decorators: [String] = []
    while let line = scanner.nextLine() {
      if line.hasPrefix("@") {
        decorators.append(line)
      } else if let function = functionName(line) {
        if let decorator = decorators.first(where: isFlow) {
          flows.append(
            PythonFlow(function: function, name: nameArgument(decorator) ?? standardName(function)))
        }
        decorators = []
      } else if !line.isEmpty {
        decorators = []
      }
    }
    return flows
  }

  /// What the flow of a function is called that no decorator names.
  public static func standardName(_ function: String) -> String {
    function.replacing("_", with: "-")
  }

  private static func functionName(_ line: String) -> String? {
    var rest = line[...]
    if rest.hasPrefix("async ") { rest = rest.dropFirst(6).drop { $0 == " " } }
    guard rest.hasPrefix("def ") else { return nil }
    rest = rest.dropFirst(4).drop { $0 == " " }
    let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    return name.isEmpty ? nil : String(name)
  }

  private static func isFlow(_ decorator: String) -> Bool {
    let name = decorator.dropFirst().prefix { $0 != "(" }
    return name.split(separator: ".").last.map { $0.filter { !$0.isWhitespace } } == "flow"
  }

  /// The literal after `name=` among the arguments.
  private static func nameArgument(_ decorator: String) -> String? {
    guard let open = decorator.firstIndex(of: "(") else { return nil }
    var depth = 0
    var index = open
    while index < decorator.endIndex {
      let character = decorator[index]
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) { depth -= 1 }
      if character == "\"" || character == "'" {
        index = PythonScanner.end(ofLiteralAt: index, in: decorator)
        continue
      }
      let before = decorator[..<index].last
      if depth == 1, decorator[index...].hasPrefix("name"),
        before.map({ !"_".contains($0) && !$0.isLetter }) ?? true
      {
        var rest = decorator[index...].dropFirst(4).drop(while: \.isWhitespace)
        if rest.hasPrefix("="), !rest.hasPrefix("==") {
          rest = rest.dropFirst().drop(while: \.isWhitespace)
          return PythonScanner.literal(rest)
        }
      }
      index = decorator.index(after: index)
    }
    return nil
  }
}
