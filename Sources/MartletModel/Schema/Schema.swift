// Decides what a JSON Schema is to the program: draft 2020-12 as pydantic and Prefect write it, with the forms of draft 7
// that still occur (`definitions`, `dependencies`, lists in `items`). It is compiled once and then judges values.
//
// Whatever a schema or a value says, the cost is bounded: the depth of both, the number of places in a schema, the size
// of an expression and the steps of a judgement. Expressions are matched in linear time.

/// A JSON Schema, compiled.
public struct Schema: Sendable {
  let nodes: [SchemaNode]
  private let limits: SchemaLimits

  /// Compiles a schema. What it does not know it takes for notes, as the specification says.
  ///
  /// - Throws: where it is no schema, refers to something outside of itself, or is beyond the limits.
  public init(_ document: JSON, limits: SchemaLimits = .standard) throws(SchemaError) {
    var compiler = SchemaCompiler(document, limits: limits)
    nodes = try compiler.compile()
    self.limits = limits
  }

  /// Judges a value.
  ///
  /// - Returns: everything that is wrong with it.
  /// - Throws: when the judgement would take longer than the limits allow.
  public func judge(_ value: JSON) throws(SchemaError) -> SchemaReport {
    var judgement = SchemaJudgement(nodes: nodes, limits: limits)
    return try judgement.report(on: value)
  }
}

/// What is wrong with a value.
public struct SchemaReport: Sendable, Equatable {
  /// The violations, in the order of the schema; empty when the value is valid.
  public let violations: [SchemaViolation]
  /// How many there are in all; more than `violations` holds when there are very many.
  public let count: Int

  /// Whether nothing is wrong.
  public var isValid: Bool { count == 0 }
}

/// A demand of a schema that a value does not meet.
public struct SchemaViolation: Sendable, Hashable, CustomStringConvertible {
  /// The value at fault, as an RFC 6901 pointer such as `/items/0`; empty for the whole.
  public let pointer: String
  /// The keyword that it violates, such as `type`.
  public let keyword: String
  /// The schema that has the keyword, as a pointer into the whole schema.
  public let schemaPointer: String
  /// What is wrong and what to do, to be read after the place: `is a text: give an integer`.
  public let problem: String

  /// The sentence.
  public var description: String { (pointer.isEmpty ? "the value" : pointer) + " " + problem }
}

/// Why a schema cannot be used, or a value not be judged by it.
public struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The place in the schema, as a pointer.
  public let pointer: String
  /// What is wrong there and what to do.
  public let problem: String

  /// The sentence.
  public var description: String { (pointer.isEmpty ? "the schema" : pointer) + " " + problem }
}

/// The bounds of what schemas may cost.
public struct SchemaLimits: Sendable, Equatable {
  /// The most schemas inside a schema.
  public var nodes = 20_000
  /// The most steps of one judgement. A step takes about 100 ns.
  public var steps = 5_000_000
  /// How deep schemas may lie inside each other during a judgement: each level takes some stack.
  public var depth = 400
  /// The most violations that are described.
  public var violations = 100

  /// Those of the server.
  public static let standard = SchemaLimits()

  /// The standard ones.
  public init() {}
}
