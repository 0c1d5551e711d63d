// Decides how this replica knows which tags have a limit, so that a run with other tags costs no question.

import MartletModel
import MartletPostgres

/// The limits of the scope TAG as this replica last read them.
struct TagLimits: Sendable {
  /// Older knowledge is none: others make limits too.
  static let validity = Duration.seconds(3)

  private var limits: Set<TagLimit> = []
  private var readTime: ContinuousClock.Instant?
  private var changeTime: ContinuousClock.Instant?

  /// Every limit; nil when they were not read lately.
  var current: Set<TagLimit>? {
    guard let readTime, ContinuousClock.now - readTime < Self.validity else { return nil }
    return limits
  }

  /// Keeps what a query that was sent at a time has found.
  mutating func keep(_ limits: Set<TagLimit>, sent: ContinuousClock.Instant) {
    if let readTime, readTime > sent { return }
    if let changeTime, changeTime > sent { return }
    self.limits = limits
    readTime = sent
  }

  /// Knows nothing any more, for there is another one now.
  mutating func forget() {
    readTime = nil
    changeTime = .now
  }
}

extension Store {
  /// Reads which tags have a limit. Until it is called again, for a while, runs that have none of these tags and name
  /// no limits start without asking.
  public func readTagLimits() async throws(StoreError) {
    let sent = ContinuousClock.now
    let found = try await read { connection in
      var found: Set<TagLimit> = []
      try connection.query(SQL.listTagLimits).forEach { row throws(PostgresError) in
        found.insert(TagLimit(try row.get(0), try row.get(1)))
      }
      return found
    }
    transitions.knowledge.tagLimits.withLock { $0.keep(found, sent: sent) }
  }
}
