// Decides which values of labels fit what a trigger asks for.

/// What a label must be: one of some patterns. A pattern is a text, with a star at its end for any ending; one that begins
/// with an exclamation mark says what the label must not be.
public struct LabelPattern: Sendable, Hashable {
  /// The patterns.
  public var texts: [String]

  /// Takes patterns.
  public init(_ texts: [String]) { self.texts = texts }

  /// Whether a value fits. A label that is not there fits only where all patterns say what it must not be.
  public func matches(_ value: String?) -> Bool {
    let excluded = texts.filter { $0.hasPrefix("!") }
    let wanted = texts.filter { !$0.hasPrefix("!") }
    guard let value else { return wanted.isEmpty && !excluded.isEmpty }
    if excluded.contains(where: { Self.fits($0.dropFirst(), value) }) { return false }
    return wanted.isEmpty ? !excluded.isEmpty : wanted.contains { Self.fits($0[...], value) }
  }

  /// Whether a text is that of a pattern, or begins so.
  static func fits(_ pattern: Substring, _ text: String) -> Bool {
    pattern.last == "*"
      ? text.utf8.starts(with: pattern.dropLast().utf8) : text.utf8.elementsEqual(pattern.utf8)
  }
}

/// What the labels of a resource must be, by their names. All must fit.
public struct ResourcePattern: Sendable, Hashable {
  /// The labels.
  public var labels: [String: LabelPattern]

  /// Takes labels.
  public init(_ labels: [String: LabelPattern] = [:]) { self.labels = labels }

  /// Whether the labels of a resource fit.
  public func matches(_ resource: [String: String]) -> Bool {
    labels.allSatisfy { $0.value.matches(resource[$0.key]) }
  }
}
