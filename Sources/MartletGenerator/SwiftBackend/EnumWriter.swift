// Decides how a proto enum looks in Swift: an enum that keeps numbers it does not know.

/// Writes enums.
struct EnumWriter {
  let names: SwiftNames

  /// Writes the type.
  func write(_ enumeration: ProtoEnum, _ text: inout SourceText) {
    let cases = SwiftNames.cases(enumeration)
    // Aliases repeat a number; the first name of a number is the case.
    var firstNames: [Int32: String] = [:]
    for (value, name) in zip(enumeration.values, cases) where firstNames[value.number] == nil {
      firstNames[value.number] = name
    }
    text.doc(enumeration.comment)
    text.open("public enum \(SwiftNames.typeName(enumeration.name)): MartletWire.ProtoEnum {")
    for (value, name) in zip(enumeration.values, cases) {
      text.doc(value.comment)
      if firstNames[value.number] == name {
        text.line("case \(name)")
      } else if let first = firstNames[value.number] {
        text.line("public static var \(name): Self { .\(first) }")
      }
    }
    text.doc("A number that this version of the contract does not know.")
    text.line("case unrecognized(Int32)")

    let distinct = zip(enumeration.values, cases).filter { firstNames[$0.number] == $1 }
    text.line()
    text.doc("The case of a number.")
    text.open("public init(rawValue: Int32) {")
    text.line("switch rawValue {")
    for (value, name) in distinct { text.line("case \(value.number): self = .\(name)") }
    text.line("default: self = .unrecognized(rawValue)")
    text.line("}")
    text.close()
    text.line()
    text.doc("The number on the wire.")
    text.open("public var rawValue: Int32 {")
    text.line("switch self {")
    for (value, name) in distinct { text.line("case .\(name): \(value.number)") }
    text.line("case .unrecognized(let number): number")
    text.line("}")
    text.close()
    text.line()
    text.doc("Every known case, in order of declaration.")
    text.open("public static let allCases: [Self] = [")
    for (_, name) in distinct { text.line(".\(name),") }
    text.close("]")
    text.line()
    text.doc("Names and numbers, for JSON.")
    text.open(
      "public static let schema = MartletWire.EnumSchema(\(quoted(enumeration.fullName)), [")
    for value in enumeration.values { text.line("(\(value.number), \(quoted(value.name))),") }
    text.close("])")
    text.close()
  }
}
