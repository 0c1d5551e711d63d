// Decides what identifies a statement: its name, which is also its prepared name on each connection.

/// A named SQL statement. Each connection prepares it once, when it first uses it.
public struct Statement: Hashable, Sendable {
  /// How often the server may reuse the statement's plan.
  public enum Planning: Hashable, Sendable {
    /// Prepared once; plans by the connection's ``PostgresConfiguration/planning``.
    case prepared
    /// Parsed and planned with the actual values at every execution, nothing kept on the server.
    case everyTime
  }

  /// Unique among all statements of the program, at most 63 bytes.
  public let name: String
  /// The SQL text with `$1`, `$2`, …
  public let sql: String
  /// Types of the parameters, scalar or array OIDs; empty: the server infers them.
  public let parameterTypes: [UInt32]
  /// How often the server may reuse the plan.
  public let planning: Planning

  /// Names a statement; nothing is sent yet.
  public init(
    _ name: String, _ sql: String, parameterTypes: [UInt32] = [], planning: Planning = .prepared
  ) {
    self.name = name
    self.sql = sql
    self.parameterTypes = parameterTypes
    self.planning = planning
  }

  /// By name: two statements of one name are a defect.
  public static func == (left: Statement, right: Statement) -> Bool { left.name == right.name }

  /// By name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
