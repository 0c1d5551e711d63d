// Decides what a list that waits shows of a batch of changes: each run once, as it is now, or by its id alone when it is
// gone or the filter lets it pass no longer.

internal import MartletModel
internal import MartletStore

/// What a list shows of a batch.
struct RunNews: Sendable {
  /// Runs that changed and that the filter lets pass, as they are now.
  var runs: [RunRecord] = []
  /// Runs that were deleted, and runs that the filter let pass before and lets pass no longer.
  var removed: [RunID] = []
  /// Where to go on.
  var token: ResumeToken

  /// How many runs are shown.
  var count: Int { runs.count + removed.count }
}

extension RunWatch {
  private enum Fate {
    case shown(RunRecord)
    case removed
    case passedOver
  }

  /// What a list shows of a batch, which is not empty: at most so many runs, in the order of their first change.
  func news(
    of batch: [Followed<RunChange>], limit: Int
  ) async throws(StoreError) -> RunNews {
    let records = try await records(of: batch)
    let changes = Dictionary(grouping: batch, by: { $0.value.runID })
    var news = RunNews(token: batch[0].token)
    var seen: Set<RunID> = []
    for followed in batch {
      let id = followed.value.runID
      if !seen.contains(id) {
        switch fate(of: followed.value, now: records[id], changes[id] ?? []) {
        case .passedOver: break
        case _ where news.count == limit: return news
        case .shown(let record):
          news.runs.append(record)
          seen.insert(id)
        case .removed:
          news.removed.append(id)
          seen.insert(id)
        }
      }
      news.token = followed.token
    }
    return news
  }

  private func fate(
    of change: RunChange, now record: RunRecord?, _ changes: [Followed<RunChange>]
  ) -> Fate {
    if case .removal = change { return .removed }
    // One that was deleted since: its removal follows.
    guard let record else { return .passedOver }
    if passes(record) { return .shown(record) }
    let isKnown = changes.contains { followed in
      switch followed.value {
      case .transition(let transition): passed(record, around: transition)
      // What it was before an edit nobody knows: it may have been listed.
      case .edit: true
      case .removal: false
      }
    }
    return isKnown ? .removed : .passedOver
  }

  /// Whether the filter let a run pass before or after one of its transitions, so that somebody may have listed it.
  private func passed(
    _ record: RunRecord, around transition: MartletModel.Transition
  ) -> Bool {
    var after = record
    after.apply(transition)
    if passes(after) { return true }
    guard let from = transition.from, let filter else { return false }
    var before = FilteredRun(after)
    before.snapshot.stateType = from
    before.snapshot.stateName = transition.fromName
    if let start = before.snapshot.startTime, start >= transition.time {
      before.snapshot.startTime = nil
    }
    before.snapshot.endTime = nil
    // When it had ended before that, nobody knows any more.
    return from.isTerminal ? filter.mayMatch(before, whatever: .endTime) : filter.matches(before)
  }
}
