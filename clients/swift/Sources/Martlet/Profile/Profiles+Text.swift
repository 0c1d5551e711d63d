// Decides how profiles are written: the part of TOML that such files need, so that the clients of every language read
// them without a parser of TOML. `active = "NAME"`, then sections `[profiles.NAME]` of `KEY = "value"`.

extension Profiles {
  /// Reads the text of a file.
  ///
  /// - Throws: what is wrong in which line; also when the active profile is not there.
  public init(text: String) throws(ProfileError) {
    var active: String?
    var all: [Profile] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      var reader = ProfileLine(line)
      func refuse(_ problem: String) -> ProfileError {
        ProfileError("line \(index + 1): \(problem)")
      }
      switch try reader.read(refuse) {
      case nil: break
      case .section(let name):
        guard !all.contains(where: { $0.name == name }) else {
          throw refuse("profile '\(name)' is there twice")
        }
        all.append(Profile(name: name))
      case .entry(let key, let value):
        if !all.isEmpty {
          all[all.count - 1].settings[key] = value
        } else if key == "active" {
          active = value
        } else {
          throw refuse("\(key) belongs below a [profiles.NAME]")
        }
      }
    }
    if all.isEmpty { all = [Profile(name: Self.standardName)] }
    self.all = all
    self.active = active ?? all[0].name
    if self[self.active] == nil {
      throw ProfileError("the active profile '\(self.active)' is not there")
    }
  }

  /// The text of a file.
  public var text: String {
    var text = "active = \(Self.quoted(active))\n"
    for profile in all {
      let isBare = profile.name.utf8.allSatisfy(ProfileLine.isBare)
      text += "\n[profiles.\(isBare ? profile.name : Self.quoted(profile.name))]\n"
      for (name, value) in profile.settings.sorted(by: { $0.key < $1.key }) {
        text += "\(name) = \(Self.quoted(value))\n"
      }
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// One line of a file of profiles.
private struct ProfileLine {
  enum Content {
    case section(String)
    case entry(key: String, value: String)
  }

  private var rest: Substring.UTF8View

  init(_ line: Substring) { rest = line.utf8 }

  static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  mutating func read(_ refuse: (String) -> ProfileError) throws(ProfileError) -> Content? {
    skipBlanks()
    guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
    let content: Content
    if take("[") {
      guard word() == "profiles", take("."), let name = try quoted(refuse) ?? word(), take("]")
      else { throw refuse("a section is [profiles.NAME]") }
      content = .section(name)
    } else {
      guard let key = try quoted(refuse) ?? word(), take("=") else {
        throw refuse("an entry is KEY = \"value\"")
      }
      skipBlanks()
      // Numbers and truth values, which other writers leave bare.
      guard let value = try quoted(refuse) ?? bare() else {
        throw refuse("the value of \(key) must be a text in quotes on one line")
      }
      content = .entry(key: key, value: value)
    }
    skipBlanks()
    guard rest.isEmpty || rest.first == UInt8(ascii: "#") else {
      throw refuse("something follows the \"\(Substring(rest).prefix(20))\"")
    }
    return content
  }

  private mutating func skipBlanks() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard rest.first == UInt8(ascii: scalar) else { return false }
    rest = rest.dropFirst()
    skipBlanks()
    return true
  }

  private mutating func word() -> String? {
    let word = rest.prefix(while: Self.isBare)
    rest = rest.dropFirst(word.count)
    return word.isEmpty ? nil : String(Substring(word))
  }

  private mutating func bare() -> String? {
    let value = rest.prefix {
      Self.isBare($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "+")
    }
    let text = String(Substring(value))
    guard text == "true" || text == "false" || Double(text) != nil else { return nil }
    rest = rest.dropFirst(value.count)
    return text
  }

  private mutating func quoted(_ refuse: (String) -> ProfileError) throws(ProfileError) -> String? {
    guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      return nil
    }
    let isLiteral = quote == UInt8(ascii: "'")
    rest = rest.dropFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return String(decoding: bytes, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\"), !isLiteral else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case let escaped? where "\\\"".utf8.contains(escaped): bytes.append(escaped)
      case UInt8(ascii: "t")?: bytes.append(0x09)
      default: throw refuse("of escapes only \\\\, \\\" and \\t are read")
      }
    }
    throw refuse("a quote is not closed")
  }
}
