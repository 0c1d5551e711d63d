// Decides what a follower sees: an endless sequence of non-empty batches with their tokens.

import MartletModel

/// The reader's end of a subscription; leaving it ends the subscription.
final class Follower<Content: FeedContent>: Sendable {
  private let feed: Feed
  private let subscription: Subscription<Content>
  private let id: UInt64

  init(feed: Feed, subscription: Subscription<Content>, id: UInt64) {
    self.feed = feed
    self.subscription = subscription
    self.id = id
  }

  deinit { feed.leave(id) }

  var token: ResumeToken { subscription.token }

  func next() async throws(StoreError) -> [Followed<Content.Value>]? {
    while !Task.isCancelled {
      switch subscription.step() {
      case .deliver(let batch): return batch
      case .wait: await subscription.wait()
      case .end(let failure):
        if let failure { throw failure }
        return nil
      case .catchUp(let token):
        let batch = try await feed.catchUp(subscription, from: token)
        if !batch.isEmpty { return batch }
      }
    }
    return nil
  }
}

/// Changes of runs as they are committed, in batches, each with the token to go on after it. For one task;
/// ends when the task is cancelled or the server stops.
public struct RunFeed: AsyncSequence, Sendable {
  /// A batch, never empty.
  public typealias Element = [Followed<RunChange>]
  /// What a feed may fail with: `unavailable`, `outOfRange`.
  public typealias Failure = StoreError

  private let follower: Follower<RunChangeContent>

  init(_ follower: Follower<RunChangeContent>) { self.follower = follower }

  /// Everything up to this token was delivered or is of no interest: for bookmarks.
  public var token: ResumeToken { follower.token }

  /// Takes batches.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let follower: Follower<RunChangeContent>

    /// The next batch; nil at the end.
    public mutating func next() async throws -> [Followed<RunChange>]? {
      try await follower.next()
    }

    /// The next batch; nil at the end.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StoreError) -> [Followed<RunChange>]? {
      try await follower.next()
    }
  }

  /// The iterator; only one may be in use.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(follower: follower) }
}

/// Log lines as they are committed, in batches, each with the token to go on after it. For one task;
/// ends when the task is cancelled or the server stops.
public struct LogFeed: AsyncSequence, Sendable {
  /// A batch, never empty.
  public typealias Element = [Followed<LogLine>]
  /// What a feed may fail with: `unavailable`, `outOfRange`.
  public typealias Failure = StoreError

  private let follower: Follower<LogContent>

  init(_ follower: Follower<LogContent>) { self.follower = follower }

  /// Everything up to this token was delivered or is of no interest: for bookmarks.
  public var token: ResumeToken { follower.token }

  /// Takes batches.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let follower: Follower<LogContent>

    /// The next batch; nil at the end.
    public mutating func next() async throws -> [Followed<LogLine>]? {
      try await follower.next()
    }

    /// The next batch; nil at the end.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StoreError) -> [Followed<LogLine>]? {
      try await follower.next()
    }
  }

  /// The iterator; only one may be in use.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(follower: follower) }
}
