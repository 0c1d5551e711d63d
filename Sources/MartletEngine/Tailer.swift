// Decides when the feed is read: after a commit here, after a hint from another replica, and now and
// then in case one was lost.

public import MartletStore

/// Follows the store for all followers of this process. Sleeps while there are none.
public struct Tailer: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let feed: Feed

  /// Makes the service.
  public init(_ context: EngineContext, feed: Feed) {
    self.context = context
    self.feed = feed
  }

  /// Reads what is new, or waits until there may be something.
  public func step() async throws -> Duration {
    guard feed.isFollowed else {
      // Commits are nobody's business then: waking for each would cost more than it is worth.
      await feed.waitUntilFollowed(atMost: .seconds(60))
      return .zero
    }
    let patience: Duration
    switch try await feed.poll() {
    case .hasMore: return .zero
    // No commit will tell when the transaction that holds back the others has ended.
    case .isHeldBack: patience = settings.heldBackPause
    case .isCaughtUp: patience = settings.feedInterval
    }
    _ = await store.commitSignal.wait(atMost: patience)
    return settings.feedPause
  }

  /// Ends every follower, so that streams close in order.
  public func stop() async { feed.close() }
}
