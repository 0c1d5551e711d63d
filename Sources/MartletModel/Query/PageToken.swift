// Decides what a page token holds: the last row of the page, and what the list was asked for, so that a
// token cannot be used with another question.

/// Where the next page of a list of runs begins: after this row.
public struct PageToken: Sendable, Equatable {
  /// The order of the list.
  public var order: RunOrder
  /// The value of the order's key in the last row; nil when it has none, or the order is by id.
  public var time: Instant?
  /// The id of the last row.
  public var id: RunID
  /// A hash of namespace and filter, which must be the same on the next request.
  public var question: UInt64

  /// Makes a token.
  public init(order: RunOrder, time: Instant?, id: RunID, question: UInt64) {
    self.order = order
    self.time = time
    self.id = id
    self.question = question
  }

  /// The hash of what a list was asked for: its namespace and the text of its filter.
  public static func question(namespace: Namespace, filter: String) -> UInt64 {
    var hash = StableHash()
    hash.add(namespace.name)
    hash.add(filter)
    return hash.finish().0
  }

  /// The token as text, safe in a URL. It is opaque to clients and not secret.
  public var text: String {
    var bytes: [UInt8] = [Self.version, orderByte, time == nil ? 0 : 1]
    bytes.append(bigEndian: UInt64(bitPattern: time?.microseconds ?? 0))
    bytes.append(bigEndian: id.value.high)
    bytes.append(bigEndian: id.value.low)
    bytes.append(bigEndian: question)
    bytes.append(Self.checksum(bytes[...]))
    return Base64URL.encode(bytes)
  }

  /// Reads a token and checks that it continues this very list.
  ///
  /// - Throws: `InvalidValue` for `page_token` when it is no token, or of another order, filter or
  ///   namespace.
  public init(_ text: String, order: RunOrder, question: UInt64) throws(InvalidValue) {
    guard let bytes = Base64URL.decode(text), bytes.count == 36,
      Self.checksum(bytes[..<35]) == bytes[35], bytes[0] == Self.version
    else { throw InvalidValue("page_token", "is not a token this server gave") }
    let token = PageToken(
      order: order,
      time: bytes[2] == 0
        ? nil : Instant(microseconds: Int64(bitPattern: bytes.bigEndian(at: 3))),
      id: RunID(high: bytes.bigEndian(at: 11), low: bytes.bigEndian(at: 19)),
      question: bytes.bigEndian(at: 27))
    guard token.question == question, bytes[1] == token.orderByte else {
      throw InvalidValue(
        "page_token", "belongs to another list: namespace, filter and order must stay the same")
    }
    self = token
  }

  private static let version: UInt8 = 1

  private var orderByte: UInt8 {
    let key: UInt8 =
      switch order.key {
      case .id: 0
      case .createTime: 1
      case .startTime: 2
      case .endTime: 3
      }
    return key << 1 | (order.isDescending ? 1 : 0)
  }

  /// Catches a token that was cut or typed wrong.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    bytes.reduce(0x5A) { ($0 << 1 | $0 >> 7) ^ $1 }
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: UInt64) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  fileprivate func bigEndian(at offset: Int) -> UInt64 {
    self[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
