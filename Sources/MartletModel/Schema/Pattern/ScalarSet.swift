// Decides which characters a class of an expression holds.

/// A set of characters.
indirect enum ScalarSet: Sendable {
  case one(Unicode.Scalar)
  case range(ClosedRange<Unicode.Scalar>)
  case union([ScalarSet])
  case complement(ScalarSet)
  /// A general category, such as `L` or `Lu`.
  case category(String)

  static let digit = ScalarSet.range("0"..."9")
  static let word = ScalarSet.union([
    .range("a"..."z"), .range("A"..."Z"), .range("0"..."9"), .one("_"),
  ])
  static let space = ScalarSet.union([
    .range("\t"..."\r"), .one(" "), .one("\u{A0}"), .one("\u{FEFF}"),
    .range("\u{2028}"..."\u{2029}"),
    .category("Zs"),
  ])
  static let lineEnd = ScalarSet.union([
    .one("\n"), .one("\r"), .range("\u{2028}"..."\u{2029}"),
  ])

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .one(let one): one == scalar
    case .range(let range): range.contains(scalar)
    case .union(let sets): sets.contains { $0.contains(scalar) }
    case .complement(let set): !set.contains(scalar)
    case .category(let name): scalar.properties.generalCategory.code.hasPrefix(name)
    }
  }

  /// The set of a Unicode property such as `L`, `Letter` or `Lu`; nil when it is none that is known here.
  static func property(_ name: String) -> ScalarSet? {
    let name =
      name.hasPrefix("gc=")
      ? String(name.dropFirst(3))
      : name.hasPrefix("General_Category=") ? String(name.dropFirst(17)) : name
    if name == "Any" { return .range("\0"..."\u{10FFFF}") }
    if name == "ASCII" { return .range("\0"..."\u{7F}") }
    let code = longNames[name] ?? name
    return codes.contains(code) ? .category(code) : nil
  }

  private static let longNames = [
    "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M", "Number": "N",
    "Decimal_Number": "Nd", "digit": "Nd", "Punctuation": "P", "punct": "P", "Symbol": "S",
    "Separator": "Z", "Space_Separator": "Zs", "Other": "C", "Control": "Cc", "cntrl": "Cc",
  ]
  private static let codes: Set<String> = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd",
    "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc",
    "Cf",
    "Cs", "Co", "Cn",
  ]
}

extension Unicode.GeneralCategory {
  /// The two letters of the category.
  fileprivate var code: String {
    switch self {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
