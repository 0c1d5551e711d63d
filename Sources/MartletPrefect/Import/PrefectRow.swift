// Decides how a row of Prefect's database is read that comes to Martlet: as JSON with the names of Prefect's bodies, so that
// what crosses from the database is what crosses over the API.

package import MartletModel
internal import MartletProto

/// What is wrong with a row.
package struct RowFault: Error, CustomStringConvertible {
  /// The sentence.
  package let description: String

  /// Says it.
  package init(description: String) { self.description = description }
}

/// A row of Prefect's database as JSON.
package struct PrefectRow: Sendable {
  /// Its columns.
  package let json: JSON

  /// Reads a row.
  package init(_ text: String) throws(RowFault) {
    do { json = try JSON(parsing: text) } catch { throw RowFault(description: "\(error)") }
  }

  /// Takes a row, or what Prefect's API answers.
  package init(json: JSON) { self.json = json }

  init(_ json: JSON) { self.json = json }

  /// A column; nil when it is null.
  package subscript(_ name: String) -> JSON? {
    json[name].flatMap { $0 == .null ? nil : $0 }
  }

  /// A text; empty for none.
  package func text(_ name: String) -> String { self[name]?.text ?? "" }

  /// A whole number.
  func number(_ name: String) -> Int32? {
    self[name].flatMap { try? Int($0, at: []) }.map { Int32(clamping: $0) }
  }

  /// A time.
  func time(_ name: String) -> Instant? { self[name].flatMap { try? Instant($0, at: []) } }

  /// Whether a column is true.
  func isTrue(_ name: String) -> Bool { self[name] == .bool(true) }

  /// A list of texts.
  func texts(_ name: String) -> [String] {
    self[name].flatMap { try? [String]($0, at: []) } ?? []
  }

  /// An object of texts; other values are written as JSON.
  func labels(_ name: String) -> [String: String] {
    (self[name].flatMap { try? [String: JSON]($0, at: []) } ?? [:]).texts
  }

  /// A row within the row; nil for null.
  func row(_ name: String) -> PrefectRow? { self[name].map { PrefectRow($0) } }

  /// A value of one of Prefect's shapes.
  func shape<T: ShapeValue>(_ name: String, as type: T.Type = T.self) throws(RowFault) -> T {
    try Self.shape(self[name] ?? .null, as: type)
  }

  /// A value of one of Prefect's shapes.
  static func shape<T: ShapeValue>(
    _ json: JSON, as type: T.Type = T.self
  ) throws(RowFault) -> T {
    do { return try T(json, at: []) } catch {
      throw RowFault(description: "\(error.location.joined(separator: ".")): \(error.message)")
    }
  }
}
