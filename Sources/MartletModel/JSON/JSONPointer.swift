// Decides how a place inside a JSON value is named: RFC 6901.

/// The way to a value inside a JSON value, from the outside in.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// A step into an object or a list.
  public enum Step: Hashable, Sendable {
    case name(JSONText)
    case index(Int)
  }

  /// The steps.
  public private(set) var steps: [Step]

  /// The whole value.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// The text, such as `/items/0`; empty for the whole value.
  public var description: String {
    steps.map { step in
      switch step {
      case .name(let name): "/" + Self.escaped(name.text)
      case .index(let index): "/\(index)"
      }
    }.joined()
  }

  /// A name as it stands in a pointer.
  static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return name }
    var text = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The names of a pointer's text; nil when it is none.
  static func names(of text: String) -> [String]? {
    if text.isEmpty { return [] }
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    var names: [String] = []
    for part in text.unicodeScalars.dropFirst().split(
      separator: "/", omittingEmptySubsequences: false)
    {
      var name = String.UnicodeScalarView()
      var isEscape = false
      for scalar in part {
        switch (isEscape, scalar) {
        case (false, "~"): isEscape = true
        case (false, _): name.append(scalar)
        case (true, "0"), (true, "1"):
          name.append(scalar == "0" ? "~" : "/")
          isEscape = false
        default: return nil
        }
      }
      if isEscape { return nil }
      names.append(String(name))
    }
    return names
  }
}
