// Decides which events a batch of the feed stands for: its transitions, or what programs published.

import MartletModel
import MartletPostgres

/// Events of either sort.
enum EventContent: FeedContent {
  static func read(
    _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
  ) throws -> [FeedEntry<AnyEvent>] {
    let transitions = try TransitionContent.read(rows, where: passes, on: connection)
    var captions: [RunID: RunCaption] = [:]
    if !transitions.isEmpty {
      try connection.query(SQL.readRunKinds) {
        $0.bindArray(Set(transitions.map(\.value.runID)).sorted())
      }.forEach { row throws(PostgresError) in
        captions[try row.get(0)] = RunCaption(
          kind: try row.get(1), name: try row.get(2), definition: try row.get(3))
      }
    }
    var entries = transitions.compactMap { entry -> FeedEntry<AnyEvent>? in
      guard let run = captions[entry.value.runID] else { return nil }
      return FeedEntry(
        value: .transition(TransitionEvent(entry.value, of: run)), transaction: entry.transaction,
        ordinal: entry.ordinal)
    }
    let keys = rows.filter(\.isOfEvents).flatMap { row in
      row.runs.enumerated().map { (id: $1, transaction: row.transaction, ordinal: Int32($0)) }
    }
    if keys.isEmpty { return entries }
    try connection.query(SQL.readEvents) {
      $0.bindArray(count: keys.count) { keys[$0].id }
    }.forEach { row throws(PostgresError) in
      let key = keys[Int(try row.get(12, as: Int64.self))]
      entries.append(
        FeedEntry(
          value: .published(try Event(row)), transaction: key.transaction, ordinal: key.ordinal))
    }
    return entries.sorted { ($0.transaction, $0.ordinal) < ($1.transaction, $1.ordinal) }
  }

  static func run(of value: AnyEvent) -> RunID {
    switch value {
    case .published(let event): event.runID ?? RunID(event.id.value)
    case .transition(let event): event.runID
    }
  }

  static func namespace(of value: AnyEvent) -> Namespace {
    switch value {
    case .published(let event): event.namespace
    case .transition(let event): event.namespace
    }
  }
}

/// Events of a namespace as they are committed, in batches, each with the token to go on after it. For one task;
/// ends when the task is cancelled or the server stops.
public struct EventFeed: AsyncSequence, Sendable {
  /// A batch, never empty.
  public typealias Element = [Followed<AnyEvent>]
  /// What a feed may fail with: `unavailable`, `outOfRange`.
  public typealias Failure = StoreError

  private let follower: Follower<EventContent>

  init(_ follower: Follower<EventContent>) { self.follower = follower }

  /// Everything up to this token was delivered or is of no interest: for bookmarks.
  public var token: ResumeToken { follower.token }

  /// Takes batches.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let follower: Follower<EventContent>

    /// The next batch; nil at the end.
    public mutating func next() async throws -> [Followed<AnyEvent>]? {
      try await follower.next()
    }

    /// The next batch; nil at the end.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StoreError) -> [Followed<AnyEvent>]? {
      try await follower.next()
    }
  }

  /// The iterator; only one may be in use.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(follower: follower) }
}
