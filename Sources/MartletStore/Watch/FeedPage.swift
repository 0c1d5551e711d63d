// Decides how the feed is read: whole transactions below the horizon, in their order.

import MartletModel
import MartletPostgres

/// One committed batch of the feed.
struct FeedRow: Sendable {
  var transaction: Int64
  var time: Instant
  var runs: [RunID]
  /// Beside `runs`; empty for log lines.
  var revisions: [Int64]
  /// The times of the first and last line; nil for transitions.
  var lines: ClosedRange<Instant>?

  /// Whether `runs` are the ids of events that are kept as such, which have no revisions; behind them may stand runs that
  /// were deleted.
  var isOfEvents: Bool { revisions.first == 0 }

  /// Stands for the revision of a run that was deleted.
  static let removed: Int64 = -1

  /// Stands for the revision of a run that was edited, which is the only one of its batch.
  static let edited: Int64 = -2
}

/// Some batches, and how far everything is known.
struct FeedPage: Sendable {
  var rows: [FeedRow]
  /// The last transaction up to which nothing more will appear.
  var through: Int64
  var now: Instant
  var generation: Int64
  /// How many transaction ids the oldest running transaction holds back.
  var lag: Int64

  /// Reads the batches after a transaction.
  static func read(
    after transaction: Int64, since time: Instant, limit: Int, on connection: PostgresConnection
  ) throws -> FeedPage {
    var page = FeedPage(rows: [], through: transaction, now: .epoch, generation: 0, lag: 0)
    try connection.query(SQL.readFeed) {
      $0.bind(transaction)
      $0.bind(Int64(limit))
      $0.bind(time)
    }.forEach { row throws(PostgresError) in
      let xid: Int64 = try row.get(0)
      guard !row.isNull(2) else {
        page.now = try row.get(1)
        let numbers = try row.array(3, of: Int64.self)
        page.generation = numbers.first ?? 0
        page.lag = numbers.last ?? 0
        if page.rows.count < limit { page.through = max(page.through, xid - 1) }
        return
      }
      let first: Instant? = try row.optional(4)
      let last: Instant? = try row.optional(5)
      var lines: ClosedRange<Instant>?
      if let first, let last { lines = first...last }
      page.rows.append(
        FeedRow(
          transaction: xid, time: try row.get(1), runs: try row.array(2),
          revisions: try row.array(3), lines: lines))
      page.through = xid
    }
    return page
  }
}

/// Where the feed begins and ends.
struct FeedBounds: Sendable {
  var generation: Int64
  /// Transactions up to this one may be gone.
  var floor: Int64
  /// Everything below this is committed or never will be.
  var horizon: Int64
  var now: Instant
  /// Batches beyond the horizon that are committed too.
  var seen: [Int64]

  static func read(on connection: PostgresConnection) throws -> FeedBounds {
    try FeedBounds(connection.query(SQL.readFeedBounds))
  }

  init(_ rows: consuming PostgresRows) throws {
    let bounds = try rows.first { row throws(PostgresError) in
      FeedBounds(
        generation: try row.get(0), floor: try row.get(1), horizon: try row.get(2),
        now: try row.get(3), seen: try row.array(4))
    }
    guard let bounds else { throw PostgresError(.decodingError, "the feed has no bounds") }
    self = bounds
  }

  private init(generation: Int64, floor: Int64, horizon: Int64, now: Instant, seen: [Int64]) {
    self.generation = generation
    self.floor = floor
    self.horizon = horizon
    self.now = now
    self.seen = seen
  }

  /// The place in the feed of whoever has everything that is committed.
  var token: ResumeToken {
    ResumeToken(
      generation: generation, transaction: horizon - 1,
      seen: seen.count > ResumeToken.mostSeen ? [] : seen)
  }
}
