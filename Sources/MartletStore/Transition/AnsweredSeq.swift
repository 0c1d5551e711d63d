// Decides how an answer that was given before is found and given again.

import MartletModel
import MartletPostgres

/// What was answered when a seq was consumed.
struct AnsweredSeq {
  var verdict: Verdict
  var rule: String
  var state: RunState?
  var time: Instant

  /// Reads a row of `read_answered_seqs`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let code: Int32 = try row.get(1)
    let reason: Reason? = try row.optional(2)
    switch reason {
    case nil: verdict = .accepted
    case let reason?:
      verdict = code == Int32(Verdict.Code.replaced.rawValue) ? .replaced(reason) : .refused(reason)
    }
    rule = try row.get(3)
    time = try row.get(9)
    let type: StateType? = try row.optional(5)
    guard let type else { return }
    let detail: PostgresJSON? = try row.optional(8)
    var json: JSONValue?
    if let detail { json = try JSONValue(detail) }
    state = RunState(type, name: try row.get(6), message: try row.get(7), json: json)
  }

  /// The answer of a transition of this batch.
  init(_ transition: Transition) {
    verdict = transition.verdict
    rule = transition.rule
    state = transition.to
    time = transition.time
  }

  /// The answer of a refusal of this batch.
  init(_ refusal: Refusal) {
    verdict = .refused(refusal.reason)
    rule = refusal.rule
    time = refusal.time
  }
}

extension TransitionPlan {
  /// The answer this very batch gave to a seq.
  func answered(_ run: RunID, epoch: Int64, seq: Int64) -> AnsweredSeq? {
    if let transition = transitions.first(where: {
      $0.seq == seq && $0.epoch == epoch && $0.runID == run
    }) {
      return AnsweredSeq(transition)
    }
    return refusals.first { $0.seq == seq && $0.epoch == epoch && $0.runID == run }
      .map { AnsweredSeq($0) }
  }
}

extension CommandAnswer {
  /// Reads the result of a command.
  init(_ result: CommandResult, in plan: TransitionPlan) {
    switch result.outcome {
    case .verdict(let verdict): self.init(.verdict(verdict, isDuplicate: false))
    case .existing: self.init(.existing)
    case .failure(let error): self.init(.failure(error))
    // A duplicate is replaced by its verdict; unchanged is what remains if there is no trace of it.
    case .unchanged, .duplicate: self.init(.unchanged)
    }
    rule = result.rule
    stateType = result.stateType
    stateName = result.stateName
    epoch = result.epoch
    revision = result.revision
    line = result.line
    guard let index = result.transition else { return }
    state = plan.transitions[index].to
    time = plan.transitions[index].time
  }

  /// Takes over what was answered before.
  mutating func take(_ answered: AnsweredSeq) {
    result = .verdict(answered.verdict, isDuplicate: true)
    rule = answered.rule
    state = answered.state
    time = answered.time
  }
}
