// Decides how the text of an expression is read.

struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var at = 0
  private static let deepestNesting = 40

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// Reads the whole text.
  mutating func expression() throws(PatternFault) -> PatternTree {
    let tree = try choice(depth: 0)
    guard at == scalars.count else { throw PatternFault("closes a group that is not open") }
    return tree
  }

  private var here: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[at...].starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  private mutating func choice(depth: Int) throws(PatternFault) -> PatternTree {
    guard depth <= Self.deepestNesting else { throw PatternFault("has groups nested too deep") }
    var parts = [try sequence(depth: depth)]
    while take("|") { parts.append(try sequence(depth: depth)) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence(depth: Int) throws(PatternFault) -> PatternTree {
    var parts: [PatternTree] = []
    while let next = here, next != "|", next != ")" {
      let part = try atom(depth: depth)
      parts.append(try repeated(part))
    }
    return parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repeated(_ part: PatternTree) throws(PatternFault) -> PatternTree {
    let least: Int
    let most: Int?
    switch here {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      guard let bounds = try bounds() else { return part }
      (least, most) = bounds
      at -= 1
    default: return part
    }
    at += 1
    // Whether the longest or the shortest match is taken makes no difference to whether there is one.
    if here == "?" { at += 1 }
    if let next = here, "*+?".unicodeScalars.contains(next) {
      throw PatternFault("repeats a repetition: put it into a group")
    }
    if case .assertion = part { throw PatternFault("repeats an assertion") }
    return .repetition(part, least: least, most: most)
  }

  /// Reads `{2}`, `{2,}` or `{2,3}`; nil, and nothing read, when the brace is a character.
  private mutating func bounds() throws(PatternFault) -> (Int, Int?)? {
    let start = at
    at += 1
    let least = number()
    var most = least
    if take(",") { most = number() }
    guard let least, take("}") else {
      at = start
      throw PatternFault("has a brace that is no repetition: write \\{")
    }
    if let most, most < least { throw PatternFault("repeats from more to less") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let next = here, ("0"..."9").contains(next) {
      value = min((value ?? 0) * 10 + Int(next.value - 0x30), Pattern.longestProgram + 1)
      at += 1
    }
    return value
  }

  private mutating func atom(depth: Int) throws(PatternFault) -> PatternTree {
    let next = scalars[at]
    at += 1
    switch next {
    case "^": return .assertion(.start)
    case "$": return .assertion(.end)
    case ".": return .scalar(.complement(.lineEnd))
    case "(": return try group(depth: depth)
    case "[": return .scalar(try characterClass())
    case "\\":
      if take("b") { return .assertion(.wordBoundary) }
      if take("B") { return .assertion(.notWordBoundary) }
      if take("A") { return .assertion(.start) }
      if take("z") || take("Z") { return .assertion(.end) }
      return .scalar(try escape())
    case "*", "+", "?": throw PatternFault("repeats nothing")
    default: return .scalar(.one(next))
    }
  }

  private mutating func group(depth: Int) throws(PatternFault) -> PatternTree {
    if take("?") {
      if take(":") {
        // Only grouping.
      } else if take("P<") || (take("<") && here != "=" && here != "!") {
        while let next = here, next != ">" {
          guard next.properties.isIDContinue || next == "$" else {
            throw PatternFault("has a group with a name that is none")
          }
          at += 1
        }
        guard take(">") else { throw PatternFault("has a group with a name that does not end") }
      } else {
        throw PatternFault(
          "looks around or sets flags, which is not matched here: say it by other keywords such as"
            + " allOf or not")
      }
    }
    let tree = try choice(depth: depth + 1)
    guard take(")") else { throw PatternFault("has a group that does not end") }
    return tree
  }

  private mutating func characterClass() throws(PatternFault) -> ScalarSet {
    let isComplement = take("^")
    var sets: [ScalarSet] = []
    while true {
      guard let next = here else { throw PatternFault("has a class that does not end") }
      at += 1
      if next == "]" { break }
      let low = next == "\\" ? try classEscape() : .one(next)
      guard case .one(let first) = low, here == "-", at + 1 < scalars.count, scalars[at + 1] != "]"
      else {
        sets.append(low)
        continue
      }
      at += 2
      let high = scalars[at - 1] == "\\" ? try classEscape() : .one(scalars[at - 1])
      guard case .one(let last) = high, first <= last else {
        throw PatternFault("has a range of characters that is none")
      }
      sets.append(.range(first...last))
    }
    return isComplement ? .complement(.union(sets)) : .union(sets)
  }

  private mutating func classEscape() throws(PatternFault) -> ScalarSet {
    if take("b") { return .one("\u{8}") }
    return try escape()
  }

  private mutating func escape() throws(PatternFault) -> ScalarSet {
    guard let next = here else { throw PatternFault("ends with a backslash") }
    at += 1
    switch next {
    case "d": return .digit
    case "D": return .complement(.digit)
    case "w": return .word
    case "W": return .complement(.word)
    case "s": return .space
    case "S": return .complement(.space)
    case "n": return .one("\n")
    case "r": return .one("\r")
    case "t": return .one("\t")
    case "f": return .one("\u{C}")
    case "v": return .one("\u{B}")
    case "0": return .one("\0")
    case "c":
      guard let letter = here, letter.isASCII, letter.properties.isAlphabetic else {
        throw PatternFault("has \\c without a letter")
      }
      at += 1
      return .one(Unicode.Scalar(UInt8(letter.value & 0x1F)))
    case "x": return .one(try hexadecimal(2))
    case "u":
      guard take("{") else { return .one(try codePoint()) }
      guard let end = scalars[at...].firstIndex(of: "}") else {
        throw PatternFault("has \\u{ without an end")
      }
      let scalar = try hexadecimal(end - at)
      at = end + 1
      return .one(scalar)
    case "p", "P":
      guard take("{"), let end = scalars[at...].firstIndex(of: "}") else {
        throw PatternFault("has \\p without a property in braces")
      }
      let name = scalars[at..<end].map(String.init).joined()
      at = end + 1
      guard let set = ScalarSet.property(name) else {
        throw PatternFault("names the property \(name), which is not known here")
      }
      return next == "p" ? set : .complement(set)
    case "1"..."9", "k":
      throw PatternFault("refers back to a group, which is not matched here: repeat its expression")
    default:
      guard !next.properties.isAlphabetic || !next.isASCII else {
        throw PatternFault("has the escape \\\(next), which means nothing")
      }
      return .one(next)
    }
  }

  /// Reads four digits, and four more where the first are half of a pair.
  private mutating func codePoint() throws(PatternFault) -> Unicode.Scalar {
    let high = try digits(4)
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, take("\\u") else { throw PatternFault("has half of a surrogate pair") }
    let low = try digits(4)
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw PatternFault("has half of a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal(_ count: Int) throws(PatternFault) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(try digits(count)) else {
      throw PatternFault("has an escape that is no character")
    }
    return scalar
  }

  private mutating func digits(_ count: Int) throws(PatternFault) -> UInt32 {
    guard (1...6).contains(count), at + count <= scalars.count,
      let value = UInt32(scalars[at..<at + count].map(String.init).joined(), radix: 16)
    else { throw PatternFault("has an escape without its hexadecimal digits") }
    at += count
    return value
  }
}
