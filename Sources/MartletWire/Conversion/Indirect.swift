// Decides how a message can contain itself.

/// A value on the heap. Generated messages keep fields in it through which they would contain themselves.
public indirect enum Indirect<Value: Sendable & Equatable>: Sendable, Equatable {
  case stored(Value)

  /// Stores a value.
  public init(_ value: Value) { self = .stored(value) }

  /// The value.
  public var value: Value {
    switch self {
    case .stored(let value): value
    }
  }
}
