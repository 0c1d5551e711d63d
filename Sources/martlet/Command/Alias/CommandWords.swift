// Decides what a command line means: global options before the command become variables, then the words at its
// beginning are looked up among the aliases. Words elsewhere are nobody's business: they may be names of things.

/// A command line, ready for the parser.
struct CommandWords: Equatable {
  /// What the parser is given.
  var words: [String]
  /// The profile that was named before the command.
  var profile: String?

  /// Reads what follows the program's name.
  init(_ arguments: [String]) {
    var rest = arguments[...]
    while let first = rest.first {
      if first == "--no-prompt" || first == "--prompt" {
        rest.removeFirst()
      } else if first == "--profile" || first == "-p", rest.count > 1 {
        profile = rest[rest.startIndex + 1]
        rest.removeFirst(2)
      } else if first.hasPrefix("--profile=") {
        profile = String(first.dropFirst("--profile=".count))
        rest.removeFirst()
      } else {
        break
      }
    }
    words = Self.rewritten(Array(rest))
  }

  private static func rewritten(_ words: [String]) -> [String] {
    // `help` asks about a command in its own spelling.
    if words.first == "help" { return ["help"] + rewritten(Array(words.dropFirst())) }
    var words = words
    var used: Set<[String]> = []
    while let alias = alias(of: words), used.insert(alias.spelled).inserted {
      words = alias.rewriting(words)
    }
    return words
  }

  /// The longest spelling that the words begin with.
  private static func alias(of words: [String]) -> Alias? {
    Alias.table.filter { words.starts(with: $0.spelled) }
      .max { $0.spelled.count < $1.spelled.count }
  }
}

extension Alias {
  /// The words with this spelling replaced.
  func rewriting(_ words: [String]) -> [String] {
    let end = words.firstIndex(of: "--") ?? words.endIndex
    var kept: [String] = []
    var arguments: [String] = []
    // Where the arguments stand that may be the value of an option here.
    var plain: [Int] = []
    var rest = words[spelled.count..<max(end, spelled.count)]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 && word.hasPrefix("--") ? String(parts[1]) : nil
      switch options[value == nil ? word : String(parts[0])] {
      case nil:
        if last != nil, !word.hasPrefix("-") { plain.append(kept.count) }
        kept.append(word)
      case .valued?:
        kept.append(word)
        if value == nil, let own = rest.popFirst() { kept.append(own) }
      case .named(let name)?: kept.append(value.map { "\(name)=\($0)" } ?? name)
      case .dropped?: break
      case .droppedWithValue?: if value == nil { _ = rest.popFirst() }
      case .setting(let name)?:
        if let chosen = value ?? rest.popFirst() { arguments.append("\(name)=\(chosen)") }
      case .lastOfSetting(let name)?:
        if let path = value ?? rest.popFirst() {
          arguments.append("\(name)=\(path.split(separator: "/").last ?? "")")
        }
      case .argument?:
        if let argument = value ?? rest.popFirst() { arguments.append(argument) }
      }
    }
    if let last, plain.count > 1, let place = plain.last { kept[place] = "\(last)=\(kept[place])" }
    let tail = Array(words[end...])
    guard runsLine, let line = kept.first, !line.hasPrefix("-") else {
      return means + kept + arguments + tail
    }
    return means + kept.dropFirst() + ["--", "/bin/sh", "-c", line]
  }
}
