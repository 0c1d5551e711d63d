// Decides how a template is cut: text, what is printed, and tags; and these into words, numbers, texts and signs.

/// Why a template cannot be read or rendered.
public struct TemplateFault: Error, Equatable, CustomStringConvertible {
  /// What is wrong with it.
  public let problem: String

  /// What is wrong with it.
  public var description: String { "the template \(problem)" }

  init(_ problem: String) { self.problem = problem }
}

/// The smallest part of what stands in braces.
enum TemplateToken: Hashable, Sendable {
  case word(String)
  case number(String)
  case text(String)
  case sign(String)
}

/// A part of a template.
enum TemplatePiece: Hashable, Sendable {
  case text(String)
  /// `{{ … }}`
  case output([TemplateToken])
  /// `{% … %}`
  case tag([TemplateToken])
}

/// Cuts a template.
struct TemplateCutter {
  private let characters: [Character]
  private var place = 0

  init(_ source: String) { characters = Array(source) }

  /// The pieces, in their order.
  mutating func pieces() throws(TemplateFault) -> [TemplatePiece] {
    var pieces: [TemplatePiece] = []
    var text = ""
    while place < characters.count {
      guard at("{{") || at("{%") || at("{#") else {
        text.append(characters[place])
        place += 1
        continue
      }
      let kind = characters[place + 1]
      place += 2
      if at("-") {
        place += 1
        while text.last?.isWhitespace == true { text.removeLast() }
      }
      if !text.isEmpty { pieces.append(.text(text)) }
      text = ""
      switch kind {
      case "{": pieces.append(.output(try tokens(until: "}}")))
      case "%": pieces.append(.tag(try tokens(until: "%}")))
      default:
        while place < characters.count, !at("#}") { place += 1 }
        guard place < characters.count else { throw TemplateFault("has a comment without an end") }
        let trims = characters[place - 1] == "-"
        place += 2
        if trims { skipSpace() }
      }
    }
    // As Jinja does, a line's end at the very end is not part of it.
    if text.last?.isNewline == true { text.removeLast() }
    if !text.isEmpty { pieces.append(.text(text)) }
    return pieces
  }

  private func at(_ mark: String) -> Bool { characters[place...].starts(with: mark) }

  private mutating func skipSpace() {
    while place < characters.count, characters[place].isWhitespace { place += 1 }
  }

  private mutating func tokens(until end: String) throws(TemplateFault) -> [TemplateToken] {
    var tokens: [TemplateToken] = []
    while true {
      skipSpace()
      guard place < characters.count else { throw TemplateFault("lacks \(end)") }
      if at("-\(end)") {
        place += 3
        skipSpace()
        return tokens
      }
      if at(end) {
        place += 2
        return tokens
      }
      tokens.append(try token())
    }
  }

  private mutating func token() throws(TemplateFault) -> TemplateToken {
    let first = characters[place]
    if first == "'" || first == "\"" { return .text(try quoted(by: first)) }
    if Self.isWord(first) {
      let isNumber = first.isNumber
      var word = ""
      while place < characters.count,
        Self.isWord(characters[place]) || isNumber && characters[place] == "."
      {
        word.append(characters[place])
        place += 1
      }
      return isNumber ? .number(word) : .word(word)
    }
    for sign in ["==", "!=", "|", ".", ",", "(", ")", "[", "]"] where at(sign) {
      place += sign.count
      return .sign(sign)
    }
    throw TemplateFault("has \(first), which is not known here")
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber) || character == "_"
  }

  private mutating func quoted(by quote: Character) throws(TemplateFault) -> String {
    var text = ""
    place += 1
    while place < characters.count, characters[place] != quote {
      if characters[place] == "\\", place + 1 < characters.count {
        place += 1
        text.append(characters[place] == "n" ? "\n" : characters[place])
      } else {
        text.append(characters[place])
      }
      place += 1
    }
    guard place < characters.count else { throw TemplateFault("has a text without an end") }
    place += 1
    return text
  }
}
