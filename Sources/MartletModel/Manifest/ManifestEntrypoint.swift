// Decides what an entrypoint is, and what its flow is called: by reading the Python source, never by running it.

/// A function of a Python file or module.
public struct ManifestEntrypoint: Sendable, Hashable {
  /// The file, as it was written, or the module.
  public let place: String
  /// The function.
  public let function: String

  /// Whether the place is a module, such as `flows.etl`.
  public var isModule: Bool { !place.hasSuffix(".py") }

  /// Where the source may be, from the folder of the project: a module is a file, or a folder with an `__init__.py`.
  public var files: [String] {
    guard isModule else { return [place] }
    let path = place.replacing(".", with: "/")
    return ["\(path).py", "\(path)/__init__.py"]
  }

  /// As workers and servers know it: with a colon before the function.
  public var text: String { "\(place):\(function)" }

  /// Reads `flows/etl.py:main`, `flows.etl:main` and `flows.etl.main`; nil for anything else.
  public init?(_ text: String) {
    let isFile = text.hasSuffix(".py")
    let mark = text.lastIndex(of: ":") ?? (isFile ? nil : text.lastIndex(of: "."))
    guard let mark else { return nil }
    place = String(text[..<mark])
    function = String(text[text.index(after: mark)...])
    guard Self.isDotted(function) else { return nil }
    guard isModule ? Self.isDotted(place) : place != ".py" else { return nil }
  }

  /// What a text that is none must be.
  static let form =
    "must be FILE.py:FUNCTION or MODULE:FUNCTION, such as flows/etl.py:main or flows.etl:main"

  /// Whether a text is names with dots between them.
  private static func isDotted(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
      guard let first = name.first, first == "_" || first.isLetter else { return false }
      return name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
    }
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

  /// The literal that is the first argument, or that stands after `name=`.
  private static func nameArgument(_ decorator: String) -> String? {
    guard let open = decorator.firstIndex(of: "(") else { return nil }
    // Martlet's decorator takes the name first: `@martlet.flow("etl")`.
    let first = decorator[open...].dropFirst().drop(while: \.isWhitespace)
    if let name = PythonScanner.literal(first) { return name }
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
