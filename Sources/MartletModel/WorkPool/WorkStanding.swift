// Decides where a run of a deployment stands between its pool and a worker: it follows from the run's row.

/// Where a run that has not ended stands; it counts against limits of pools, queues and deployments while it is taken.
public enum WorkStanding: Sendable, Hashable {
  /// It waits for a worker.
  case waiting(due: Instant)
  /// It was offered, or somebody has it; bound once its executor has reported.
  case taken(isBound: Bool)
  /// Nobody has it, and nobody is to take it.
  case suspended

  /// The number that is stored in SQL.
  public var code: Int16 {
    switch self {
    case .waiting: 1
    case .taken: 2
    case .suspended: 3
    }
  }
}

extension RunSnapshot {
  /// Where the run stands; nil when it has ended.
  public var standing: WorkStanding? {
    let isOwned = executionID != nil || sessionID != nil
    return switch stateType {
    case .scheduled:
      isOwned ? .taken(isBound: true) : .waiting(due: dueTime ?? transitionTime)
    case .pending, .running, .cancelling: .taken(isBound: executionID != nil)
    case .paused: isOwned ? .taken(isBound: true) : .suspended
    case .completed, .failed, .cancelled, .crashed: nil
    }
  }
}
