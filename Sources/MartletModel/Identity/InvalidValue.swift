// Decides how a value that may not be stored is described to the one who sent it.

/// A value from outside that is refused before any row is locked; becomes INVALID_ARGUMENT.
public struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
  /// The field, as a path of protobuf names: `create.labels`.
  public var field: String
  /// What is wrong, to be read after the field: "is longer than 200 bytes".
  public var problem: String

  /// Names a field and its problem.
  public init(_ field: String, _ problem: String) {
    self.field = field
    self.problem = problem
  }

  /// The sentence.
  public var description: String { "\(field) \(problem)" }
}
