// Decides that everything wrong with the settings is told at once, each in a sentence that names its place.

/// Why settings are refused.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// A sentence for each fault.
  public let problems: [String]

  /// Refuses for these reasons.
  public init(_ problems: [String]) { self.problems = problems }

  /// The sentences, a line each.
  public var description: String { problems.joined(separator: "\n") }
}
