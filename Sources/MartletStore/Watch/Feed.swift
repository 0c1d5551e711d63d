// Decides how followers and the one tailer of a process meet.

public import MartletModel
import MartletPostgres
import Metrics

/// How far one look at the feed came.
public enum FeedProgress: Sendable {
  /// There is more to read at once.
  case hasMore
  /// Transactions that still run hold back what may be committed already: look again soon.
  case isHeldBack
  /// Nothing more until the next commit.
  case isCaughtUp
}

/// What happens in the store, for those who follow it. One for each process; its ``poll()`` is called
/// by one service.
public final class Feed: Sendable {
  private struct State {
    var position: ResumeToken?
    var time = Instant.epoch
    var transitions = Audience<RunChangeContent>()
    var logs = Audience<LogContent>()
    var events = Audience<EventContent>()
    var next: UInt64 = 0
    var isClosed = false
  }

  /// Most batches that are read at a time.
  static let pageSize = 32
  /// No batch is older than this when it becomes readable: older partitions need no look.
  static let slack = Interval.hours(-24)

  private let store: Store
  private let roots = RootCache()
  private let state = Locked(State())
  private let begun = CommitSignal()
  private let lag = Metrics.Gauge(label: "martlet_feed_lag_transactions")

  /// Makes the feed of a store.
  public init(_ store: Store) { self.store = store }

  /// Whether anybody follows.
  public var isFollowed: Bool {
    state.withLock { !$0.transitions.isEmpty || !$0.logs.isEmpty || !$0.events.isEmpty }
  }

  /// Waits until somebody follows, at most for a time. Only one task may wait.
  public func waitUntilFollowed(atMost timeout: Duration) async {
    while !isFollowed {
      guard await begun.wait(atMost: timeout) else { return }
    }
  }

  /// Follows transitions of runs, and their deletion.
  /// - Parameters:
  ///   - token: Where to go on; nil begins with what is committed from now on.
  ///   - bufferLimit: Most changes held in memory for this follower.
  /// - Throws: `outOfRange` with ``StoreError/resumeTokenExpired``; `unavailable`.
  public func followRuns(
    _ scope: FeedScope, from token: ResumeToken? = nil, bufferLimit: Int = 4096
  ) async throws(StoreError) -> RunFeed {
    let start = try await begin(token)
    let subscription = Subscription<RunChangeContent>(
      scope: scope, from: start, isBehind: token != nil, limit: bufferLimit)
    let id = state.withLock { state in
      state.next += 1
      state.transitions.insert(subscription, as: state.next)
      return state.next
    }
    store.commits.raise()
    begun.raise()
    return RunFeed(Follower(feed: self, subscription: subscription, id: id))
  }

  /// Follows log lines.
  /// - Parameters: As for runs; `bufferLimit` counts lines.
  /// - Throws: `outOfRange` with ``StoreError/resumeTokenExpired``; `unavailable`.
  public func followLogs(
    _ scope: FeedScope, from token: ResumeToken? = nil, bufferLimit: Int = 4096
  ) async throws(StoreError) -> LogFeed {
    let start = try await begin(token)
    let subscription = Subscription<LogContent>(
      scope: scope, from: start, isBehind: token != nil, limit: bufferLimit)
    let id = state.withLock { state in
      state.next += 1
      state.logs.insert(subscription, as: state.next)
      return state.next
    }
    store.commits.raise()
    begun.raise()
    return LogFeed(Follower(feed: self, subscription: subscription, id: id))
  }

  /// Follows the events of a namespace: transitions and what programs publish.
  /// - Parameters: As for runs; `bufferLimit` counts events.
  /// - Throws: `outOfRange` with ``StoreError/resumeTokenExpired``; `unavailable`.
  public func followEvents(
    in namespace: Namespace, from token: ResumeToken? = nil, bufferLimit: Int = 4096
  ) async throws(StoreError) -> EventFeed {
    let start = try await begin(token)
    let subscription = Subscription<EventContent>(
      scope: .namespace(namespace), from: start, isBehind: token != nil, limit: bufferLimit)
    let id = state.withLock { state in
      state.next += 1
      state.events.insert(subscription, as: state.next)
      return state.next
    }
    store.commits.raise()
    begun.raise()
    return EventFeed(Follower(feed: self, subscription: subscription, id: id))
  }

  /// The token of this moment: what is committed later comes after it.
  /// - Throws: `unavailable`.
  public func currentToken() async throws(StoreError) -> ResumeToken { try await begin(nil) }

  /// Reads what is new and hands it to the followers. Only one task may call it.
  /// - Throws: `unavailable`.
  public func poll() async throws(StoreError) -> FeedProgress {
    guard state.withLock({ $0.position != nil }) else {
      let start = try await begin(nil)
      state.withLock { $0.position = start }
      return .hasMore
    }
    // Those that have read up to the position themselves go live here and nowhere else: so every
    // live one hears of everything after the position.
    let (position, time, transitions, logs, events) = state.withLock {
      ($0.position, $0.time, $0.transitions, $0.logs, $0.events)
    }
    guard let position else { return .hasMore }
    for subscription in transitions.subscriptions.values { subscription.join(tailer: position) }
    for subscription in logs.subscriptions.values { subscription.join(tailer: position) }
    for subscription in events.subscriptions.values { subscription.join(tailer: position) }
    let roots = self.roots
    let news = try await store.read { connection in
      let page = try FeedPage.read(
        after: position.transaction, since: time + Self.slack, limit: Self.pageSize,
        on: connection)
      if !page.rows.isEmpty, transitions.needsRoots || logs.needsRoots {
        try roots.load(page.rows, on: connection)
      }
      let root = { roots.root(of: $0) }
      return News(
        page: page,
        transitions: transitions.isEmpty
          ? []
          : try RunChangeContent.read(
            page.rows, where: { transitions.mayFollow($0, root: root) }, on: connection),
        logs: logs.isEmpty
          ? []
          : try LogContent.read(
            page.rows, where: { logs.mayFollow($0, root: root) }, on: connection),
        events: events.isEmpty
          ? [] : try EventContent.read(page.rows, where: { _ in true }, on: connection))
    }
    lag.record(news.page.lag)
    guard news.page.generation == position.generation else {
      return restart(transitions, logs, events)
    }
    let through = ResumeToken(generation: position.generation, transaction: news.page.through)
    tell(transitions, news.transitions, through)
    tell(logs, news.logs, through)
    tell(events, news.events, through)
    state.withLock {
      $0.position = through
      $0.time = news.page.now
    }
    if news.page.rows.count >= Self.pageSize { return .hasMore }
    return news.page.lag > 0 ? .isHeldBack : .isCaughtUp
  }

  /// The database is another one now: what followers have can no longer be continued.
  private func restart(
    _ transitions: Audience<RunChangeContent>, _ logs: Audience<LogContent>,
    _ events: Audience<EventContent>
  ) -> FeedProgress {
    for subscription in transitions.subscriptions.values { subscription.finish(Self.expired) }
    for subscription in logs.subscriptions.values { subscription.finish(Self.expired) }
    for subscription in events.subscriptions.values { subscription.finish(Self.expired) }
    state.withLock { $0.position = nil }
    return .hasMore
  }

  private static let expired = StoreError.outOfRange(
    reason: StoreError.resumeTokenExpired,
    message: "what came after this token is no longer kept: list again and watch from there")

  /// Ends every follower.
  public func close() {
    let (transitions, logs, events) = state.withLock { state in
      state.isClosed = true
      return (state.transitions, state.logs, state.events)
    }
    for subscription in transitions.subscriptions.values { subscription.finish() }
    for subscription in logs.subscriptions.values { subscription.finish() }
    for subscription in events.subscriptions.values { subscription.finish() }
  }

  private struct News: Sendable {
    var page: FeedPage
    var transitions: [FeedEntry<RunChange>]
    var logs: [FeedEntry<LogLine>]
    var events: [FeedEntry<AnyEvent>]
  }

  private func tell<Content: FeedContent>(
    _ audience: Audience<Content>, _ entries: [FeedEntry<Content.Value>], _ through: ResumeToken
  ) {
    let batches = audience.batches(of: entries, generation: through.generation) {
      roots.root(of: $0)
    }
    for (id, subscription) in audience.subscriptions {
      subscription.hear(batches[id] ?? [], through: through)
    }
  }

  private func select<Content: FeedContent>(
    _ entries: [FeedEntry<Content.Value>], for scope: FeedScope, of _: Content.Type,
    _ generation: Int64
  ) -> [Followed<Content.Value>] {
    entries.compactMap { entry in
      guard Content.namespace(of: entry.value) == scope.namespace,
        scope.mayContain(Content.run(of: entry.value), root: { roots.root(of: $0) })
      else { return nil }
      return entry.followed(generation)
    }
  }

  /// Checks a token, or makes the one of this moment.
  private func begin(_ token: ResumeToken?) async throws(StoreError) -> ResumeToken {
    let bounds = try await store.read { connection in try FeedBounds.read(on: connection) }
    guard let token else { return bounds.token }
    guard token.generation == bounds.generation, token.wholeTransaction >= bounds.floor,
      token.transaction < bounds.horizon
    else {
      throw Self.expired
    }
    return token
  }

  /// Reads a page for a follower that is behind.
  func catchUp<Content: FeedContent>(
    _ subscription: Subscription<Content>, from token: ResumeToken
  ) async throws(StoreError) -> [Followed<Content.Value>] {
    let roots = self.roots
    let scope = subscription.scope
    let (page, entries, bounds) = try await store.read { connection in
      let bounds = try FeedBounds.read(on: connection)
      let page = try FeedPage.read(
        after: token.wholeTransaction, since: .epoch, limit: Self.pageSize, on: connection)
      if scope.needsRoots { try roots.load(page.rows, on: connection) }
      let entries = try Content.read(
        page.rows, where: { scope.mayContain($0, root: { roots.root(of: $0) }) }, on: connection)
      return (page, entries, bounds)
    }
    guard token.generation == bounds.generation, token.wholeTransaction >= bounds.floor else {
      throw Self.expired
    }
    let batch = select(entries, for: scope, of: Content.self, token.generation)
      .filter { $0.token > token && !token.seen.contains($0.token.transaction) }
      .map { Followed(value: $0.value, token: $0.token.noting(token.seen)) }
    let through = ResumeToken(generation: token.generation, transaction: page.through)
      .noting(token.seen)
    let isAtEnd = page.rows.count < Self.pageSize
    subscription.caughtUp(to: max(through, token), isAtEnd: isAtEnd)
    // The tailer takes it from here; it may be asleep.
    if isAtEnd { store.commits.raise() }
    return batch
  }

  func leave(_ id: UInt64) {
    state.withLock {
      $0.transitions.remove(id)
      $0.logs.remove(id)
      $0.events.remove(id)
    }
  }
}
