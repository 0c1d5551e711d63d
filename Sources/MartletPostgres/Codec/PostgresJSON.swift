// Decides how jsonb travels: as its UTF-8 text behind the version byte that Postgres asks for.

/// A `jsonb` document as UTF-8 text. `\u0000` in it is refused by the server as a `dataError`.
public struct PostgresJSON: Hashable, Sendable, PostgresValue {
  /// The document's text in UTF-8.
  public var utf8: [UInt8]

  /// Wraps UTF-8 bytes; the server checks that they are JSON.
  @inlinable public init(utf8: [UInt8]) {
    self.utf8 = utf8
  }

  /// Wraps text; the server checks that it is JSON.
  @inlinable public init(_ text: String) {
    utf8 = [UInt8](text.utf8)
  }

  /// The document's text.
  @inlinable public var text: String { String(decoding: utf8, as: UTF8.self) }

  /// `jsonb`.
  @inlinable public static var postgresType: PostgresType { .jsonb }

  /// The version byte 1 and the text (jsonb_recv).
  @inlinable public func encode(into buffer: inout ParameterBuffer) {
    buffer.appendByte(1)
    utf8.withUnsafeBytes { buffer.appendBytes($0) }
  }

  /// The version byte 1 and the text (jsonb_send); a `json` has no version byte.
  @inlinable
  public static func decode(_ cell: borrowing PostgresCell) throws(PostgresError) -> PostgresJSON {
    if cell.type == 114 { return PostgresJSON(utf8: [UInt8](cell.bytes)) }
    guard cell.type == PostgresType.jsonb.oid, cell.bytes.first == 1 else {
      throw cell.mismatch("jsonb version 1")
    }
    return PostgresJSON(utf8: [UInt8](cell.bytes.dropFirst()))
  }
}
