// Decides how long a list that waits looks for the next batch of a feed: until a moment, and none that was taken is lost.

/// The next batch of a feed; nil when none came before a moment, and at the feed's end.
///
/// Whatever the feed calls delivered when this returns was returned, so its token is where to go on.
func nextBatch<Source: AsyncSequence & Sendable>(
  of feed: Source, before end: ContinuousClock.Instant
) async throws -> Source.Element?
where Source.Element: Sendable, Source.AsyncIterator: SendableMetatype {
  try await withThrowingTaskGroup(of: Source.Element?.self) { group in
    group.addTask {
      var iterator = feed.makeAsyncIterator()
      return try await iterator.next()
    }
    group.addTask {
      try? await Task.sleep(until: end, clock: .continuous)
      return nil
    }
    let first: Source.Element? = try await group.next() ?? nil
    group.cancelAll()
    if let first { return first }
    // A batch may be taken at the very moment at which the time is over.
    return try? await group.next() ?? nil
  }
}
