// Decides what an enum of the contract is: open, so that a peer may use a number that is not known here.

/// A generated enum. Numbers without a name are kept as `unrecognized`.
public protocol ProtoEnum: RawRepresentable, Hashable, Sendable, CaseIterable,
  CustomStringConvertible
where RawValue == Int32 {
  /// The case of a number; `unrecognized` when it has no name.
  init(rawValue: Int32)
  /// Names and numbers.
  static var schema: EnumSchema { get }
}

extension ProtoEnum {
  /// The case of a proto name such as `RUN_KIND_FLOW`; nil when there is none.
  public init?(protoName: String) {
    guard let number = Self.schema.number(of: protoName) else { return nil }
    self.init(rawValue: number)
  }

  /// Equal when the numbers are; so `unrecognized` with a known number equals that case.
  public static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }

  /// Hashes the number.
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  /// The proto name such as `RUN_KIND_FLOW`; nil when the number has none.
  public var protoName: String? { Self.schema.name(of: rawValue) }

  /// The proto name, or the number when it has none.
  public var description: String { protoName ?? "\(rawValue)" }
}

/// Names and numbers of an enum.
public final class EnumSchema: Sendable {
  /// For example `martlet.v1.RunKind`.
  public let fullName: String
  /// Numbers and names in order of declaration; aliases repeat a number.
  public let values: [(number: Int32, name: String)]
  /// The first names of the small numbers, which are nearly all there are.
  private let dense: [String?]

  /// Makes a schema; generated code calls this once for each enum.
  public init(_ fullName: String, _ values: [(Int32, String)]) {
    self.fullName = fullName
    self.values = values.map { (number: $0.0, name: $0.1) }
    dense = (0..<Int32(values.count)).map { number in values.first { $0.0 == number }?.1 }
  }

  /// The first name of a number.
  public func name(of number: Int32) -> String? {
    number >= 0 && number < dense.count
      ? dense[Int(number)] : values.first { $0.number == number }?.name
  }

  /// The number of a name.
  public func number(of name: String) -> Int32? { values.first { $0.name == name }?.number }
}
