// Decides which texts and which TOML values a setting takes.

internal import TOMLKit

/// What may be chosen for a setting.
public enum SettingForm: Sendable, Equatable {
  /// Any text but an empty one.
  case text
  /// A whole number of a range.
  case number(ClosedRange<Int>)
  /// One of these words.
  case choice([String])
  /// Any number of texts: a repeated flag, a variable with commas, an array.
  case list

  /// What the texts after a flag come to; the last one counts, of a list each.
  func value(flags: [String]) -> SettingValue? {
    switch self {
    case .list: flags.contains("") ? nil : .list(flags)
    default: flags.last.flatMap { value(text: $0) }
    }
  }

  /// What the text of a variable comes to.
  func value(variable: String) -> SettingValue? {
    guard case .list = self else { return value(text: variable) }
    return .list(
      variable.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }
        .filter { !$0.isEmpty })
  }

  private func value(text: String) -> SettingValue? {
    switch self {
    case .text: text.isEmpty ? nil : .text(text)
    case .number(let range): Int(text).flatMap { range.contains($0) ? .number($0) : nil }
    case .choice(let words): words.contains(text.lowercased()) ? .text(text.lowercased()) : nil
    case .list: nil
    }
  }

  /// What a value of a file comes to: numbers must be integers there, and lists arrays of strings.
  func value(toml: any TOMLValueConvertible) -> SettingValue? {
    switch self {
    case .text, .choice: return toml.string.flatMap { value(text: $0) }
    case .number(let range): return toml.int.flatMap { range.contains($0) ? .number($0) : nil }
    case .list:
      guard let array = toml.array else { return nil }
      let texts = array.compactMap(\.string)
      return texts.count == array.count && !texts.contains("") ? .list(texts) : nil
    }
  }

  /// What a value must be, to follow "it must be".
  var requirement: String {
    switch self {
    case .text: "a text that is not empty"
    case .number(let range) where range.upperBound == .max:
      "a whole number of at least \(range.lowerBound)"
    case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .list: "a list of texts that are not empty"
    }
  }
}
