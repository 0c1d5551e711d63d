// Decides what must hold of the history of every run, without the state machine's own tables: order, owners, ends,
// attempts. It takes the histories of simulated worlds and those that were read from a real database alike.

public import MartletModel

/// Checks transitions as they happen, or later in the order they happened; each run's in the order of its revisions.
public struct HistoryChecker: Sendable {
  /// Who operators' commands are recorded by, so that they can be told apart.
  public enum Operator {
    /// Asks runs to stop.
    public static let cancel = "operator:cancel"
    /// Asks runs to pause.
    public static let pause = "operator:pause"
    /// Ends pauses.
    public static let resume = "operator:resume"
    /// Has ended runs tried again.
    public static let retry = "operator:retry"
    /// Gives runs a state.
    public static let force = "operator:force"
  }

  /// Who tells of runs, in worlds where that is done.
  public static let teller = "client:teller"

  private struct EpochKey: Hashable {
    let runID: RunID
    let epoch: Int64
  }

  private struct SeqKey: Hashable {
    let runID: RunID
    let epoch: Int64
    let seq: Int64
  }

  private struct Progress {
    let run: NewRun
    var last: Transition?
    /// When it may start.
    var dueTime: Instant?
    var retries: Int32 = 0
    var losses: Int32 = 0
    /// Whether its owner is in the user's code, or may be.
    var isInCode = false
  }

  /// The first broken promise.
  public private(set) var violation: (promise: Promise, problem: String)?
  private var progress: [RunID: Progress] = [:]
  private var owners: [EpochKey: ExecutionID] = [:]
  private var consumed: Set<SeqKey> = []
  private var told: Set<ToldKey> = []
  /// When what was told of each run last happened.
  private var lastTold: [RunID: Instant] = [:]

  /// Knows nothing yet.
  public init() {}

  /// Learns what a run was created with; before its first transition.
  public mutating func begin(_ id: RunID, _ run: NewRun) {
    if progress.updateValue(Progress(run: run, dueTime: run.dueTime), forKey: id) != nil {
      fail(.nothingDoubled, "\(id) begins twice")
    }
  }

  /// The last transition of a run.
  public func last(of id: RunID) -> Transition? { progress[id]?.last }

  /// What a run was created with.
  public func run(_ id: RunID) -> NewRun? { progress[id]?.run }

  /// Takes the next transition of a run.
  public mutating func observe(_ transition: Transition) {
    let id = transition.runID
    guard var state = progress[id] else {
      return fail(.inOrder, "\(id) has a transition, but never began")
    }
    checkOrder(transition, after: state.last)
    checkOwner(transition)
    checkTold(transition, state)
    if let last = state.last, last.to.type.isTerminal { checkRevival(transition, of: last) }
    checkAttempts(transition, &state)
    state.last = transition
    progress[id] = state
  }

  private mutating func fail(_ promise: Promise, _ problem: String) {
    if violation == nil { violation = (promise, problem) }
  }

  private mutating func checkOrder(_ transition: Transition, after last: Transition?) {
    let id = transition.runID
    if transition.revision != (last?.revision ?? 0) + 1 {
      fail(.inOrder, "\(id) goes from revision \(last?.revision ?? 0) to \(transition.revision)")
    }
    if transition.from != last?.to.type || transition.fromName != last?.to.name ?? "" {
      fail(.inOrder, "\(id) leaves \(transition.fromName), but was \(last?.to.name ?? "nothing")")
    }
    if let last, last.time >= transition.time { fail(.inOrder, "\(id) goes back in time") }
    if let last, transition.epoch < last.epoch || transition.epoch > last.epoch + 1 {
      fail(.inOrder, "\(id) goes from epoch \(last.epoch) to \(transition.epoch)")
    }
    if let seq = transition.seq,
      !consumed.insert(SeqKey(runID: id, epoch: transition.epoch, seq: seq)).inserted
    {
      fail(.nothingDoubled, "\(id) has two transitions of seq \(seq) in epoch \(transition.epoch)")
    }
  }

  /// What is told is written once, and not after what happened later.
  private mutating func checkTold(_ transition: Transition, _ state: Progress) {
    let id = transition.runID
    // Not when a run that waits is only moved: it is still whose it was.
    let isMoved = transition.actor == Operator.retry && state.last?.to.type == .scheduled
    if transition.actor == Operator.retry || transition.actor == Operator.force,
      transition.to.type == .scheduled, !isMoved
    {
      lastTold[id] = transition.time
    }
    guard let tale = transition.reportID else { return }
    if !told.insert(ToldKey(runID: id, id: tale)).inserted {
      fail(.nothingDoubled, "what is told of \(id) as \(tale) is in its history twice")
    }
    guard let time = transition.observedTime else { return }
    if let last = lastTold.updateValue(time, forKey: id), time < last {
      fail(.inOrder, "\(id) becomes \(transition.to.name) by what happened before something told")
    }
    if state.last?.to.type == .cancelling, !transition.to.type.isTerminal {
      fail(.neverRevived, "\(id) is being cancelled, and becomes \(transition.to.name) by a tale")
    }
  }

  private mutating func checkOwner(_ transition: Transition) {
    guard let execution = transition.executionID else { return }
    let key = EpochKey(runID: transition.runID, epoch: transition.epoch)
    if let owner = owners.updateValue(execution, forKey: key), owner != execution {
      fail(
        .oneOwner, "\(key.runID) has two owners in epoch \(key.epoch): \(owner) and \(execution)")
    }
  }

  private mutating func checkRevival(_ transition: Transition, of last: Transition) {
    if case .crashed(let crashed) = last.to.detail, crashed.isPresumptive { return }
    if transition.reportID != nil {
      // It goes on as it was told; or it ended only because the enclosing run stopped, and had an end of its own.
      if last.reportID != nil { return }
      let hadParent = progress[transition.runID]?.run.parentID != nil
      if hadParent, last.to.type == .cancelled, last.actor != Operator.force,
        transition.to.type.isTerminal
      {
        return
      }
    }
    if transition.actor == Operator.force { return }
    if transition.actor == Operator.retry, transition.to.type == .scheduled { return }
    fail(
      .neverRevived,
      "\(transition.runID) was \(last.to.name), and becomes \(transition.to.name)")
  }

  private mutating func checkAttempts(_ transition: Transition, _ state: inout Progress) {
    let id = transition.runID
    let step = transition.attempt - (state.last?.attempt ?? 0)
    if step < 0 || step > 1 || (step == 1 && transition.to.type != .running) {
      fail(.withinPolicy, "\(id) counts \(step) attempts when it becomes \(transition.to.name)")
    }
    if transition.actor == Operator.retry, state.last?.to.type != .scheduled {
      state.retries = 0
      state.losses = 0
    }
    if transition.epoch != state.last?.epoch { state.isInCode = false }
    if transition.reportID != nil {
      // Nothing is asked by it: neither due times nor retries.
      state.isInCode = false
      state.dueTime = nil
      return
    }
    checkEnd(transition, state)
    switch transition.to.detail {
    case .scheduled(let scheduled):
      if scheduled.reason != "RESUMED" { state.isInCode = false }
      state.dueTime = scheduled.dueTime
      if scheduled.reason == Reason.retry.rawValue {
        state.retries += 1
        checkRetry(transition, scheduled, state)
      } else if transition.from == .running, scheduled.reason == "OWNER_LOST" {
        state.losses += 1
        guard case .rerun(let most) = state.run.loss, state.losses <= most else {
          return fail(.withinPolicy, "\(id) is run again after \(state.losses) losses")
        }
      }
    case .running:
      if let due = state.dueTime, step == 1, transition.time < due {
        fail(.withinPolicy, "\(id) starts before it is due")
      }
      if case .scheduled(let scheduled) = state.last?.to.detail, step == 0,
        transition.executionID != nil, scheduled.reason == Reason.retry.rawValue
      {
        fail(.withinPolicy, "\(id) is tried again, but that is not counted")
      }
      state.dueTime = nil
      state.isInCode = transition.executionID != nil
    case .paused(let paused):
      state.dueTime = nil
      if paused.isSuspended { state.isInCode = false }
    case .pending: state.isInCode = false
    default: state.dueTime = nil
    }
  }

  /// A failure of the user's code is no end while there are retries.
  private mutating func checkEnd(_ transition: Transition, _ state: Progress) {
    guard case .failed(let failed) = transition.to.detail, failed.retriable != false,
      transition.executionID != nil, state.isInCode, let retry = state.run.retry,
      state.retries < retry.maxRetries
    else { return }
    fail(.withinPolicy, "\(transition.runID) fails with retries left")
  }

  private mutating func checkRetry(
    _ transition: Transition, _ scheduled: RunState.Scheduled, _ state: Progress
  ) {
    let id = transition.runID
    guard let retry = state.run.retry, state.retries <= retry.maxRetries else {
      return fail(.withinPolicy, "\(id) is tried again \(state.retries) times")
    }
    let delay = retry.delay(before: state.retries, of: id)
    if transition.time + delay != scheduled.dueTime ?? transition.time {
      fail(.withinPolicy, "\(id) waits another time than \(delay) before its next attempt")
    }
  }
}
