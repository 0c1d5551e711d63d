// Decides which transitions a watcher hears of, and what the run looked like after each.

internal import MartletModel
internal import MartletProto
internal import MartletStore

/// What somebody watches.
struct RunWatch: Sendable {
  private let backend: Backend
  private let namespace: Namespace
  let filter: FilterExpression?
  private let scope: FeedScope

  init(backend: Backend, namespace: Namespace, filter: FilterExpression?, runs: [RunID]) {
    self.backend = backend
    self.namespace = namespace
    self.filter = filter
    if !runs.isEmpty {
      scope = .runs(Set(runs), in: namespace)
    } else if let root = filter?.rootID {
      scope = .roots([root], in: namespace)
    } else {
      scope = .namespace(namespace)
    }
  }

  /// Begins to follow.
  func follow(from token: ResumeToken?) async throws(StoreError) -> RunFeed {
    try await backend.feed.followRuns(scope, from: token)
  }

  /// The changes of a batch that the filter lets pass; deletions pass any.
  func changes(_ batch: [Followed<RunChange>]) async throws(StoreError)
    -> [WatchRunsResponse.Change]
  {
    let records = try await records(of: batch)
    var changes: [WatchRunsResponse.Change] = []
    for followed in batch {
      let transition: MartletModel.Transition
      switch followed.value {
      case .removal(let removal):
        changes.append(WatchRunsResponse.Change(run: Run(removal), removed: true))
        continue
      case .edit(let id, _):
        guard let record = records[id], passes(record) else { continue }
        changes.append(WatchRunsResponse.Change(run: Run(record)))
        continue
      case .transition(let passed): transition = passed
      }
      // One that was deleted since is gone with its history; its removal follows.
      guard var record = records[transition.runID] else { continue }
      record.apply(transition)
      guard passes(record) else { continue }
      changes.append(
        WatchRunsResponse.Change(run: Run(record), transition: MartletProto.Transition(transition)))
    }
    return changes
  }

  /// The runs of a batch as they are now; those that were deleted since are not among them.
  func records(of batch: [Followed<RunChange>]) async throws(StoreError) -> [RunID: RunRecord] {
    let ids = Array(Set(batch.map(\.value.runID)))
    let records = try await backend.store.gatheredRuns(ids, in: namespace)
    return Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether the filter lets a run pass.
  func passes(_ record: RunRecord) -> Bool {
    filter?.matches(FilteredRun(record)) ?? true
  }
}

extension FilteredRun {
  /// What of a run a filter may look at.
  init(_ record: RunRecord) {
    self.init(
      content: record.content, snapshot: record.snapshot, createTime: record.createTime,
      work: record.work)
  }
}

extension RunRecord {
  /// Sets the run back to what it was after one of its transitions. What only the present row knows (who has it, how
  /// long it ran) stays as it is when later transitions have passed.
  mutating func apply(_ transition: MartletModel.Transition) {
    guard transition.revision < snapshot.revision else { return }
    state = transition.to
    snapshot.stateType = transition.to.type
    snapshot.stateName = transition.to.name
    snapshot.epoch = transition.epoch
    snapshot.revision = transition.revision
    snapshot.transitionTime = transition.time
    snapshot.attempt = transition.attempt
    observedTime = transition.observedTime
    snapshot.endTime = transition.to.type.isTerminal ? transition.time : nil
    if let start = snapshot.startTime, start > transition.time { snapshot.startTime = nil }
  }
}

extension FilterExpression {
  /// The root that every matching run is below, if the filter says so.
  fileprivate var rootID: RunID? {
    switch self {
    case .compare(.rootID, .equal, .id(let id)): id
    case .all(let parts): parts.lazy.compactMap(\.rootID).first
    default: nil
    }
  }
}
