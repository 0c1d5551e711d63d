// Decides what a frame on a stream that does not live means: on one that was passed over, an error of the
// connection (RFC 9113, 5.1.1); on one that ended, an error of the stream (5.1), unless we cut it off ourselves,
// for then the peer may not know yet.

/// Which of a client's stream identifiers were used, as far as it matters.
struct StreamHistory {
  /// What to do about a frame.
  enum Verdict: Equatable { case fine, closed, reopened, neverOpened }

  /// How many are remembered.
  static let limit = 64
  /// The highest that was opened.
  private(set) var last: Int32 = 0
  /// Identifiers that were passed over, oldest first.
  private var skipped: [ClosedRange<Int32>] = []
  /// Streams that we reset, oldest first.
  private var reset: [Int32] = []

  /// Notes HEADERS on a stream beyond the last; DATA there opens nothing.
  mutating func opened(_ id: Int32, if opens: Bool = true) {
    guard opens, id & 1 == 1, id > last else { return }
    let next = last == 0 ? 1 : last + 2
    if id > next { remember(next...id - 2) }
    last = id
  }

  /// Judges HEADERS or DATA on a stream that does not live.
  func judge(_ id: Int32, opens: Bool) -> Verdict {
    guard id & 1 == 1, id <= last else { return .fine }
    if reset.contains(id) { return .fine }
    if !opens { return .closed }
    return wasPassedOver(id) ? .neverOpened : .reopened
  }

  /// Whether a stream beyond it was opened before it.
  func wasPassedOver(_ id: Int32) -> Bool { skipped.contains { $0.contains(id) } }

  /// Notes that we reset a stream.
  mutating func wasReset(_ id: Int32) {
    reset.append(id)
    if reset.count > Self.limit * 2 { reset.removeFirst(Self.limit) }
  }

  private mutating func remember(_ range: ClosedRange<Int32>) {
    skipped.append(range)
    if skipped.count > Self.limit { skipped.removeFirst() }
  }
}
