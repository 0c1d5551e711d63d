// Decides what the simulated database keeps and refuses: committed rows, row locks, leases. It trusts
// the plan no more than Postgres would: keys, guards and uniqueness are its own.

import MartletModel

/// The tables a plan is written to, with row locks; one transaction is one `commit`.
struct SimulatedDatabase {
  /// A run, an epoch and a seq: what a verdict is kept by.
  struct SeqKey: Hashable {
    let runID: RunID
    let epoch: Int64
    let seq: Int64
  }

  /// The stored answer to a seq.
  struct Stored: Equatable {
    let code: Verdict.Code
    let reason: Reason?
    let stateType: StateType
  }

  /// A stopped run whose children are to be cancelled.
  struct Cascade {
    let namespace: Namespace
    let actor: String
    let bound: Interval
    /// Children up to this one have been asked.
    var after: RunID?
    /// Until when the server that took it has it for itself.
    var heldUntil = Instant.epoch
  }

  /// Why a commit failed.
  enum CommitError: Error {
    /// Someone else inserted the run first: the batch is retried.
    case uniqueViolation
    /// A guarded update matched no row, or a key was taken: the plan was wrong.
    case broken(String)
  }

  private(set) var runs: [RunID: RunSnapshot] = [:]
  private(set) var history: [RunID: [Transition]] = [:]
  private(set) var verdicts: [SeqKey: Stored] = [:]
  private(set) var claims: Set<Claim> = []
  private(set) var due: [RunID: DueTime] = [:]
  private(set) var children: [RunID: [RunID]] = [:]
  /// When each session's lease ends.
  var leases: [SessionID: Instant] = [:]
  /// Cascades that are not done, by the stopped run; kept in the transaction that asked for them.
  var cascades: [RunID: Cascade] = [:]

  private var exclusive: [RunID: Int] = [:]
  private var shared: [RunID: Set<Int>] = [:]

  /// Locks the rows of a batch and the parents that creates name, all or none; rows that do not exist lock nothing.
  /// Parents of runs that exist are read without a lock, as they are now.
  ///
  /// - Returns: The rows; nil when another server holds one of them.
  mutating func lock(_ keys: TransitionBatch.Keys, by server: Int) -> [RunSnapshot]? {
    let addressed = keys.runs.filter { runs[$0] != nil }
    let named = keys.parents.filter { runs[$0] != nil }
    let locked = Set(addressed + named)
    let read = Set(addressed.compactMap { runs[$0]?.parentID }).subtracting(locked).sorted()
    for id in addressed {
      if let holder = exclusive[id], holder != server { return nil }
      if let holders = shared[id], !holders.subtracting([server]).isEmpty { return nil }
    }
    for id in named { if let holder = exclusive[id], holder != server { return nil } }
    for id in addressed { exclusive[id] = server }
    for id in named { shared[id, default: []].insert(server) }
    return (addressed + named + read).compactMap { runs[$0] }
  }

  /// Ends a transaction's locks.
  mutating func unlock(_ server: Int) {
    exclusive = exclusive.filter { $0.value != server }
    for id in Array(shared.keys) {
      shared[id]?.remove(server)
      if shared[id]?.isEmpty == true { shared[id] = nil }
    }
  }

  /// What of that which commands tell is in the histories.
  func told(_ commands: [Command]) -> Set<ToldKey> {
    Set(
      commands.compactMap(\.toldKey).filter { key in
        history[key.runID, default: []].contains { $0.reportID == key.id }
      })
  }

  /// Writes a plan, all of it or nothing: nothing is written before all that may be refused was looked at.
  mutating func commit(_ plan: TransitionPlan) throws(CommitError) {
    if plan.inserts.contains(where: { runs[$0.state.id] != nil }) { throw .uniqueViolation }
    for update in plan.updates {
      guard let row = runs[update.state.id], row.revision == update.expectedRevision,
        row.lastSeq == update.expectedLastSeq
      else { throw .broken("update of \(update.state.id) matched no row") }
    }
    for insert in plan.inserts {
      runs[insert.state.id] = insert.state
      if let parent = insert.state.parentID {
        children[parent, default: []].append(insert.state.id)
      }
    }
    for update in plan.updates { runs[update.state.id] = update.state }
    for transition in plan.transitions {
      history[transition.runID, default: []].append(transition)
      guard let seq = transition.seq else { continue }
      try keep(
        SeqKey(runID: transition.runID, epoch: transition.epoch, seq: seq),
        Stored(
          code: transition.verdict.code, reason: transition.verdict.reason,
          stateType: transition.to.type))
    }
    for refusal in plan.refusals {
      try keep(
        SeqKey(runID: refusal.runID, epoch: refusal.epoch, seq: refusal.seq),
        Stored(code: .refused, reason: refusal.reason, stateType: refusal.proposed))
    }
    for claim in plan.claimsRemoved { claims.remove(claim) }
    for claim in plan.claimsAdded {
      guard claims.insert(claim).inserted else { throw .broken("\(claim) exists already") }
    }
    for id in plan.dueCleared { due[id] = nil }
    for time in plan.dueSet { due[time.runID] = time }
    for case .cancelChildren(let run, let namespace, let actor, let bound) in plan.followUps {
      cascades[run] = Cascade(namespace: namespace, actor: actor, bound: bound)
    }
  }

  private mutating func keep(_ key: SeqKey, _ stored: Stored) throws(CommitError) {
    guard verdicts.updateValue(stored, forKey: key) == nil else {
      throw .broken("\(key) has two verdicts")
    }
  }
}
