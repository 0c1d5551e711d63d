// Decides how the few fields of `google.rpc.Status` are read and written by hand: statuses are made and read
// where no message type may be needed, and their details must stay the bytes they are.

/// Writes protobuf fields.
struct ProtoWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A varint field, left out at zero.
  mutating func field(_ number: Int, _ value: UInt64) {
    guard value != 0 else { return }
    varint(UInt64(number) << 3)
    varint(value)
  }

  /// A length-delimited field, left out when empty unless it is an element of a list.
  mutating func field(_ number: Int, _ value: some Collection<UInt8>, always: Bool = false) {
    guard always || !value.isEmpty else { return }
    varint(UInt64(number) << 3 | 2)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A text field, left out when empty.
  mutating func field(_ number: Int, _ text: String) { field(number, text.utf8) }

  /// An embedded message.
  mutating func field(_ number: Int, _ write: (inout ProtoWriter) -> Void) {
    var inner = ProtoWriter()
    write(&inner)
    field(number, inner.bytes, always: true)
  }
}

/// Reads protobuf fields; stops at the first byte that makes no sense.
struct ProtoReader {
  /// The value of a field.
  enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
    case other
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(Array(bytes)) }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) as StrideTo<UInt64> {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
    guard count <= UInt64(rest.count) else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }

  /// The next field, nil at the end.
  mutating func next() -> (number: Int, value: Value)? {
    guard let tag = varint() else { return nil }
    let number = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return varint().map { (number, .varint($0)) }
    case 1: return take(8).map { _ in (number, .other) }
    case 2: return varint().flatMap { take($0) }.map { (number, .bytes($0)) }
    case 5: return take(4).map { _ in (number, .other) }
    default: return nil
    }
  }
}
