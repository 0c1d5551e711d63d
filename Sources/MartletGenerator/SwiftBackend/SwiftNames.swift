// Decides how proto names become Swift names.
//
// Types of the root package stand at the top level; those of any other package stand in nested caseless enums, one
// for each component of the package: `google.rpc.Status` is `Google.RPC.Status`, `grpc.health.v1` is `GRPC.Health.V1`.
// Properties, methods and cases are lowerCamel, and initialisms are of one case: `run_id` is `runID`.

/// Maps names.
struct SwiftNames {
  let model: ProtoSet
  let options: SwiftOptions

  private static let initialisms: Set<String> = [
    "grpc", "html", "http", "https", "id", "ids", "ip", "rpc", "sql", "tls", "uri", "uris", "url",
    "urls", "uuid",
  ]

  /// The enclosing caseless enums of a package.
  func namespace(_ package: String) -> [String] {
    if package == options.root || package.isEmpty { return [] }
    return package.split(separator: ".").map { Self.upperCamel(String($0)) }
  }

  /// The Swift name of a message or enum from the top of the module.
  func path(package: String, enclosing: [String], name: String) -> [String] {
    namespace(package) + enclosing.map(Self.typeName) + [Self.typeName(name)]
  }

  func path(_ message: ProtoMessage) -> [String] {
    path(package: message.package, enclosing: message.enclosing, name: message.name)
  }

  func path(_ enumeration: ProtoEnum) -> [String] {
    path(package: enumeration.package, enclosing: enumeration.enclosing, name: enumeration.name)
  }

  /// A reference as it must be written inside a message, where nested types may hide outer ones.
  func reference(_ path: [String], in scope: ProtoMessage?) -> String {
    let joined = path.joined(separator: ".")
    guard let scope, let first = path.first else { return joined }
    let enclosing = namespace(scope.package) + scope.enclosing.map(Self.typeName)
    var visible: Set<String> = []
    var current: [String]? = scope.enclosing + [scope.name]
    while let names = current {
      let prefix = scope.package.isEmpty ? "" : scope.package + "."
      if let message = model.message(prefix + names.joined(separator: ".")) {
        visible.formUnion(message.messages.map { Self.typeName($0.name) })
        visible.formUnion(message.enums.map { Self.typeName($0.name) })
        visible.formUnion(message.oneofs.map { oneofType($0, in: message) })
      }
      current = names.count > 1 ? Array(names.dropLast()) : nil
    }
    return visible.contains(first) || enclosing.dropFirst().contains(first)
      ? "\(options.module).\(joined)" : joined
  }

  /// The nested enum of a oneof; a nested type of the same name makes it `…Choice`.
  func oneofType(_ oneof: ProtoOneof, in message: ProtoMessage) -> String {
    let name = Self.typeName(Self.upperCamel(oneof.name))
    let taken = message.messages.map(\.name) + message.enums.map(\.name)
    return taken.contains(name) ? name + "Choice" : name
  }

  /// A type's own name. Swift keeps three for itself.
  static func typeName(_ name: String) -> String {
    ["Type", "Protocol", "Self"].contains(name) ? name + "Value" : name
  }

  /// `run_id` becomes `runID`; Swift's reserved words get backticks.
  static func property(_ name: String) -> String { escape(lowerCamel(name)) }

  /// The case names of an enum, in order. A prefix that is the enum's name goes if all values have it.
  static func cases(_ enumeration: ProtoEnum) -> [String] {
    let prefix = upperSnake(enumeration.name) + "_"
    let strips = enumeration.values.allSatisfy {
      guard $0.name.hasPrefix(prefix), let first = $0.name.dropFirst(prefix.count).first else {
        return false
      }
      return first.isLetter
    }
    return enumeration.values.map { value in
      let rest = strips ? String(value.name.dropFirst(prefix.count)) : value.name
      let name = lowerCamel(rest.lowercased())
      return name == "unrecognized" ? "unrecognized_" : escape(name)
    }
  }

  /// `run_service` becomes `RunService`, `rpc` becomes `RPC`.
  static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { part in
      initialisms.contains(part.lowercased()) ? initialism(String(part)) : capitalized(String(part))
    }.joined()
  }

  /// `run_id` becomes `runID`, `CreateRun` becomes `createRun`.
  static func lowerCamel(_ name: String) -> String {
    var parts = name.split(separator: "_").map(String.init)
    guard !parts.isEmpty else { return name }
    let first = parts.removeFirst()
    let head: String
    if first.allSatisfy({ !$0.isLowercase }) {
      head = first.lowercased()
    } else {
      // Lowers a leading run of capitals but for the one that begins the next word: `URLName` is `urlName`.
      let capitals = first.prefix { $0.isUppercase }.count
      let lowered = capitals > 1 ? capitals - 1 : capitals
      head = first.prefix(lowered).lowercased() + first.dropFirst(lowered)
    }
    let tail = parts.map { part in
      initialisms.contains(part.lowercased()) ? initialism(part) : capitalized(part)
    }
    return head + tail.joined()
  }

  private static func initialism(_ part: String) -> String {
    let upper = part.uppercased()
    // A plural keeps its small s: `run_ids` is `runIDs`.
    return ["IDS", "URIS", "URLS"].contains(upper) ? upper.dropLast() + "s" : upper
  }

  private static func capitalized(_ part: String) -> String {
    part.prefix(1).uppercased() + part.dropFirst()
  }

  private static func upperSnake(_ name: String) -> String {
    var snake = ""
    var previousIsLower = false
    let characters = Array(name)
    for (index, character) in characters.enumerated() {
      let nextIsLower = index + 1 < characters.count && characters[index + 1].isLowercase
      if character.isUppercase && index > 0
        && (previousIsLower || (nextIsLower && characters[index - 1].isUppercase))
      {
        snake += "_"
      }
      snake += character.uppercased()
      previousIsLower = character.isLowercase || character.isNumber
    }
    return snake
  }

  private static func escape(_ name: String) -> String {
    // Backticks do not help these two: `value.self` is always the value, `value.init` an initializer.
    if name == "self" || name == "init" { return name + "_" }
    if keywords.contains(name) { return "`\(name)`" }
    return name.first.map { $0.isNumber } == true ? "_\(name)" : name
  }

  private static let keywords: Set<String> = [
    "Any", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
    "for", "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]
}
