// Decides the kinds of run: one noun, one state machine for all of them.

/// What sort of work a run is.
///
/// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
public enum RunKind: Int16, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A run of a flow; a subflow is one with a parent.
  case flow = 1
  /// A run of a task within a flow, or on its own.
  case task = 2

  /// The upper-case name: `FLOW`.
  public var description: String {
    switch self {
    case .flow: "FLOW"
    case .task: "TASK"
    }
  }

  /// Reads the upper-case name.
  public init?(name: some StringProtocol) {
    guard let kind = Self.allCases.first(where: { $0.description == name }) else { return nil }
    self = kind
  }
}
