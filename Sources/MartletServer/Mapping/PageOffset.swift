// Decides where a page of a list begins that is not in the order of what its tokens hold: so many things are passed over.

internal import MartletModel

/// The beginning of a page that is told by its number of things before it.
struct PageOffset {
  /// The most that may be passed over.
  static let farthest = 1_000_000
  /// How many things come before the page.
  let skip: Int

  /// Reads what a request says: the token of the page before, or else how many to skip.
  init(_ token: String, skip: Int32) throws(InvalidValue) {
    guard (0...Int32(Self.farthest)).contains(skip) else {
      throw InvalidValue("skip", "must be from 0 to \(Self.farthest)")
    }
    if token.isEmpty {
      self.skip = Int(skip)
      return
    }
    guard let offset = Int(token), (0...Self.farthest).contains(offset) else {
      throw InvalidValue("page_token", "is not a token this server gave")
    }
    self.skip = offset
  }

  /// The token of the page after so many things.
  func token(after count: Int) -> String { "\(skip + count)" }
}
