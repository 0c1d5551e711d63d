// Decides what a resume token holds: generation, transaction and place in it, safe against
// transactions that commit out of order.

/// A place in the feed: everything up to it has been delivered.
public struct ResumeToken: Sendable, Hashable, Comparable, LosslessStringConvertible {
  /// The life of the database; a restored backup begins another.
  var generation: Int64
  /// The transaction.
  var transaction: Int64
  /// The place in that transaction; `.max` after all of it.
  var ordinal: Int32
  /// Later transactions that have been delivered too, in order: they were committed before one that began earlier.
  var seen: [Int64]

  /// Most transactions that a token names beside its place; with more, some may be delivered again.
  static let mostSeen = 64

  init(generation: Int64, transaction: Int64, ordinal: Int32 = .max, seen: [Int64] = []) {
    self.generation = generation
    self.transaction = transaction
    self.ordinal = ordinal
    self.seen = seen
  }

  /// Reads a token; nil for anything that is none.
  public init?(_ description: String) {
    let parts = description.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 || parts.count == 5, parts[0] == "w1",
      let generation = Int64(parts[1], radix: 36),
      let transaction = Int64(parts[2], radix: 36), let ordinal = Int32(parts[3], radix: 36),
      generation > 0, transaction >= 0, ordinal >= 0
    else { return nil }
    var seen: [Int64] = []
    for text in parts.count == 5
      ? parts[4].split(separator: "-", omittingEmptySubsequences: false) : []
    {
      guard let later = Int64(text, radix: 36), later > seen.last ?? transaction,
        seen.count < Self.mostSeen
      else { return nil }
      seen.append(later)
    }
    self.init(generation: generation, transaction: transaction, ordinal: ordinal, seen: seen)
  }

  /// Opaque text, for clients to hand back.
  public var description: String {
    let place = [Int64(generation), transaction, Int64(ordinal)].reduce("w1") {
      $0 + "." + String($1, radix: 36)
    }
    if seen.isEmpty { return place }
    return place + "." + seen.map { String($0, radix: 36) }.joined(separator: "-")
  }

  /// The same place, with those of `seen` that lie behind it.
  func noting(_ seen: [Int64]) -> ResumeToken {
    if seen.isEmpty { return self }
    var token = self
    token.seen = seen.filter { $0 > transaction }
    return token
  }

  /// The last transaction that is delivered whole.
  var wholeTransaction: Int64 { ordinal == .max ? transaction : transaction - 1 }

  /// Orders by place; tokens of different generations are not to be compared.
  public static func < (left: ResumeToken, right: ResumeToken) -> Bool {
    (left.generation, left.transaction, left.ordinal)
      < (right.generation, right.transaction, right.ordinal)
  }
}
