// Decides which part of a list a body asks for.

internal import MartletModel

/// A part of a list: so many after so many.
struct ListWindow {
  /// The longest list.
  static let longest = 200
  /// How many before are left out.
  let offset: Int
  /// How many it has at most.
  let limit: Int
  /// The page, from 1.
  let page: Int

  /// Reads `limit` and `offset`, or `page`; null is as good as nothing. Without a limit it is the longest.
  init(_ body: JSON, isPaged: Bool = false) throws(ShapeFault) {
    limit = try Self.number(body, "limit", 0...Self.longest) ?? Self.longest
    page = isPaged ? try Self.number(body, "page", 1...1_000_000) ?? 1 : 1
    offset =
      isPaged
      ? (page - 1) * limit : try Self.number(body, "offset", 0...1_000_000) ?? 0
  }

  private static func number(
    _ body: JSON, _ name: String, _ bounds: ClosedRange<Int>
  ) throws(ShapeFault) -> Int? {
    guard let number = try body.number(name) else { return nil }
    guard number >= bounds.lowerBound else {
      throw ShapeFault(
        location: ["body", name],
        message: "Input should be greater than or equal to \(bounds.lowerBound)",
        type: "greater_than_equal")
    }
    guard number <= bounds.upperBound else {
      throw ShapeFault(
        location: ["body", name],
        message: "Input should be less than or equal to \(bounds.upperBound)",
        type: "less_than_equal")
    }
    return number
  }

  /// The part of all.
  func part<T>(of all: [T]) -> [T] { Array(all.dropFirst(offset).prefix(limit)) }

  /// How many pages there are of so many things.
  func pages(of count: Int) -> Int { limit > 0 ? (count + limit - 1) / limit : 0 }

  /// How many are passed over.
  var skip: Int32 { Int32(offset) }

  /// How many the next page is to have after so many are there; nil when that is all.
  func size(after count: Int) -> Int32? { count < limit ? Int32(limit - count) : nil }
}

extension JSON {
  /// A number of a body; nil when it says none.
  func number(_ name: String) throws(ShapeFault) -> Int? {
    guard let value = self[name], value != .null else { return nil }
    return try Int(value, at: ["body", name])
  }

  /// Whether a body says that something is so.
  func isTrue(_ name: String) -> Bool { self[name].flatMap { Bool(anyForm: $0) } ?? false }

  /// A filter of a body as a shape; nil when there is none.
  func filter<T: ShapeObject>(_ name: String, as type: T.Type = T.self) throws(ShapeFault) -> T? {
    guard let value = self[name], value != .null else { return nil }
    return try T(value, at: ["body", name])
  }

  /// The order that a body asks for; nil when it asks for none.
  func sort<T: ShapeWord>(as type: T.Type = T.self) throws(ShapeFault) -> T? {
    guard let value = self["sort"], value != .null else { return nil }
    return try T(value, at: ["body", "sort"])
  }

  /// Refuses filters that Martlet does not have, and criteria that are to hold one or the other.
  func refuse(_ names: [String]) throws(PrefectFailure) {
    for name in names {
      guard case .object(let members)? = self[name] else { continue }
      if members.pairs.contains(where: { $0.name != "operator" && $0.value != .null }) {
        throw PrefectFailure(501, "Martlet does not filter by \(name) here yet.")
      }
    }
  }
}
