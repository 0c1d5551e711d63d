// Decides which lines a watcher hears of: of one run, or of a run with everything below it, as that grows.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import Synchronization

/// What somebody watches.
final class LogWatch: Sendable {
  private let backend: Backend
  private let namespace: Namespace
  private let run: RunID
  private let root: RunID
  private let level: Int16
  private let includesDescendants: Bool
  private let runs: Mutex<Set<RunID>>

  /// - Throws: `StoreError` when there is no such run.
  init(
    backend: Backend, run: RunID, includesDescendants: Bool, level: LogLevel, namespace: Namespace
  ) async throws(StoreError) {
    self.backend = backend
    self.namespace = namespace
    self.run = run
    self.level = Int16(clamping: level.rawValue)
    self.includesDescendants = includesDescendants
    root = try await backend.store.run(run, in: namespace).snapshot.rootID
    runs = Mutex([run])
  }

  /// Begins to follow.
  func follow(from token: ResumeToken?) async throws(StoreError) -> LogFeed {
    try await backend.feed.followLogs(
      includesDescendants ? .roots([root], in: namespace) : .runs([run], in: namespace),
      from: token)
  }

  /// The lines of a batch that are watched.
  func lines(_ batch: [Followed<LogLine>]) async throws(StoreError) -> [Followed<LogLine>] {
    if includesDescendants, run != root {
      let isNew = runs.withLock { known in batch.contains { !known.contains($0.value.runID) } }
      if isNew {
        let below = Set(try await backend.store.descendants(of: run, in: namespace))
        runs.withLock { $0.formUnion(below) }
      }
      let known = runs.withLock { $0 }
      return batch.filter { known.contains($0.value.runID) && $0.value.level >= level }
    }
    return batch.filter { $0.value.level >= level }
  }
}
