// Decides what the rows of a run that ended elsewhere say: what was told of it, and the rest worked out from its history.

/// A run that comes in with its end: the rows of it.
public struct ImportedRun: Sendable, Equatable {
  /// The wide row, its name filled in.
  public var content: NewRun
  /// The narrow row.
  public var snapshot: RunSnapshot
  /// Whether somebody said what the outermost enclosing run is.
  public var knowsRoot: Bool
  /// When it was created.
  public var createTime: Instant
  /// Its history, oldest first; empty when that is no longer kept.
  public var transitions: [Transition]
  /// What ties it to a deployment; nil for a run of none.
  public var work: RunWork?
  /// What is kept of its pauses.
  public var pauses: [PauseWrite]
  /// Who takes it in; nil when what is told names nobody else.
  public var importer: String?

  /// The run.
  public var id: RunID { snapshot.id }

  /// Works the rows out.
  ///
  /// - Throws: `RunHistoryFault` when it cannot be taken in.
  public init(_ history: RunHistory, now: Instant) throws(RunHistoryFault) {
    try history.validate(now: now)
    content = history.content
    if content.name.isEmpty { content.name = RunName.made(for: history.id, of: content) }
    let states = history.entries
    let last = states[states.count - 1]
    knowsRoot = history.rootID != nil || content.parentID == nil
    createTime = history.createTime
    var passed = Passed()
    transitions = []
    for entry in states {
      let from = passed.state
      passed.enter(entry)
      guard history.lostRevision == nil else { continue }
      transitions.append(
        Transition(
          runID: history.id, namespace: history.namespace, revision: passed.count,
          from: from?.type, fromName: from?.name ?? "", to: entry.state, epoch: entry.epoch,
          executionID: entry.executionID, seq: entry.seq == 0 ? nil : entry.seq,
          verdict: entry.reason.map { .replaced($0) } ?? .accepted, rule: entry.rule,
          actor: entry.actor, time: entry.time, observedTime: entry.observedTime,
          attempt: passed.attempt))
    }
    let end = history.endTime ?? last.time
    let start = history.startTime ?? passed.startTime
    if let start, start > end {
      throw .invalid(InvalidValue("run.times.start_time", "is after the end"))
    }
    var policy = content.policy
    policy.isPlaced = history.work != nil
    snapshot = RunSnapshot(
      id: history.id, namespace: history.namespace, kind: content.kind,
      parentID: content.parentID, rootID: history.rootID ?? content.parentID ?? history.id,
      contentDigest: ContentDigest(of: content), stateType: last.state.type,
      stateName: last.state.name, epoch: history.epoch == 0 ? passed.epoch : history.epoch,
      executionID: history.executionID, sessionID: nil, lastSeq: history.lastSeq,
      revision: history.lostRevision ?? passed.count,
      attempt: history.attempt == 0 ? passed.attempt : history.attempt, startTime: start,
      endTime: end, transitionTime: last.time,
      runningTime: history.runningTime ?? passed.runningTime, isPresumptive: false, dueTime: nil,
      policy: policy)
    work = history.work
    importer = history.importer
    pauses = history.pauses
    for index in pauses.indices {
      pauses[index].runID = history.id
      pauses[index].namespace = history.namespace
      pauses[index].time = history.createTime + Interval(microseconds: Int64(index))
    }
  }

  /// What a history comes to, state by state.
  private struct Passed {
    var state: RunState?
    var count: Int64 = 0
    var epoch: Int64 = 0
    var attempt: Int32 = 0
    var startTime: Instant?
    var runningTime = Interval.zero
    private var time = Instant.epoch

    mutating func enter(_ entry: RunHistory.Entry) {
      if state?.type == .running { runningTime = runningTime + time.distance(to: entry.time) }
      if entry.state.type == .running, state?.type != .running {
        attempt += 1
        startTime = startTime ?? entry.time
      }
      state = entry.state
      time = entry.time
      epoch = max(epoch, entry.epoch)
      count += 1
    }
  }
}
