// Decides how an order is written: `start_time desc, id`.

extension RunOrder {
  /// Reads an order: a key, `asc` or `desc`, and the id as tie-breaker if it is named.
  ///
  /// - Returns: The order; the standard one, newest first, for an empty text.
  /// - Throws: `QueryError`, which names the position.
  public static func parse(_ text: String) throws(QueryError) -> RunOrder {
    var parts: [(words: [Substring], position: Int)] = []
    var position = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(whereSeparator: \.isWhitespace)
      parts.append((words, position + part.utf8.prefix { $0 == 0x20 }.count))
      position += part.utf8.count + 1
    }
    if parts.count == 1, parts[0].words.isEmpty { return .standard }
    let orders = try parts.map { part throws(QueryError) in
      try order(part.words, at: part.position)
    }
    if orders.count == 1 { return orders[0] }
    guard orders.count == 2, orders[0].key != .id, orders[1].key == .id else {
      throw QueryError(position: parts[1].position, problem: "Only id may follow, to break ties")
    }
    guard parts[1].words.count == 1 || orders[0].isDescending == orders[1].isDescending else {
      throw QueryError(
        position: parts[1].position, problem: "The id goes in the same direction as the key")
    }
    return orders[0]
  }

  private static func order(_ words: [Substring], at position: Int) throws(QueryError) -> RunOrder {
    guard let name = words.first, words.count <= 2, let key = Key(rawValue: String(name)) else {
      let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw QueryError(
        position: position, problem: "Expected one of \(known), then asc or desc")
    }
    switch words.dropFirst().first {
    case nil, "asc": return RunOrder(key: key, isDescending: false)
    case "desc": return RunOrder(key: key, isDescending: true)
    default:
      throw QueryError(position: position + name.utf8.count + 1, problem: "Expected asc or desc")
    }
  }

  /// The order as it is written.
  public var text: String { "\(key.rawValue) \(isDescending ? "desc" : "asc")" }
}
