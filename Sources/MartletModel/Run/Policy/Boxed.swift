// Decides how a row carries what most rows have none of: in eight bytes.

/// A value behind a pointer.
indirect enum Boxed<Value: Sendable & Equatable>: Sendable, Equatable {
  /// The value.
  case holding(Value)

  /// The value.
  var value: Value {
    switch self {
    case .holding(let value): value
    }
  }
}
