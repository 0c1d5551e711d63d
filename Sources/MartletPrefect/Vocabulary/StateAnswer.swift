// Decides how a verdict about a proposed state is told to who proposed it: what Prefect's own rules answer in that place, in
// the words of the same rules.

internal import MartletModel
internal import MartletProto

/// The status and the sentence of an answer.
struct StateAnswer: Equatable {
  /// ACCEPT, REJECT, WAIT or ABORT.
  let status: Shape.SetStateStatus
  /// Why; empty for ACCEPT.
  let sentence: String

  /// What is answered.
  ///
  /// - Parameters:
  ///   - verdict: what was decided.
  ///   - proposed: the type of state that was asked for; nil when none was.
  ///   - run: the run as it was before.
  init(_ verdict: MartletProto.Verdict, to proposed: Shape.StateType?, of run: Run) {
    let reason = Reason(rawValue: verdict.reason)
    let status = VerdictVocabulary.status(verdict.code, reason)
    let current = run.state.flatMap { StateVocabulary.prefect($0.type) } ?? .pending
    let decided = verdict.state.flatMap { StateVocabulary.prefect($0.type) }
    let special: Self? =
      switch status {
      // Another state than the one that was asked for: the client takes that.
      case .accept where proposed == .cancelling && decided == .cancelled:
        current == .cancelled
          ? Self.refusal(.runFinished, to: .cancelling, from: current, of: run)
          : Self(.reject, current == .paused ? Self.suspended : Self.scheduled)
      case .reject where verdict.code == .refused, .abort:
        proposed.flatMap { Self.refusal(reason, to: $0, from: current, of: run) }
      default: nil
      }
    self = special ?? Self(status, VerdictVocabulary.sentence(reason))
  }

  private init(_ status: Shape.SetStateStatus, _ sentence: String) {
    self.status = status
    self.sentence = sentence
  }

  private static let scheduled = "Scheduled flow run has no infrastructure to terminate."
  private static let suspended = "Suspended flow run has no infrastructure to terminate."

  /// What Prefect says where it has a rule of its own; nil where it has none.
  private static func refusal(
    _ reason: Reason?, to proposed: Shape.StateType, from current: Shape.StateType, of run: Run
  ) -> Self? {
    let isFlow = run.kind == .flow
    let (from, to) = (current.rawValue, proposed.rawValue)
    switch (reason, proposed) {
    case (.runFinished, .paused), (.runFinished, .cancelling), (.runFinished, .crashed):
      return Self(
        .abort, isFlow ? "Run is already in terminal state \(from)." : "Run is already \(from).")
    case (.runFinished, .scheduled) where isFlow && run.prefectDeploymentID == nil:
      return Self(.abort, "Cannot reschedule a run without an associated deployment.")
    case (.runFinished, .pending) where current != .cancelled, (.runFinished, .running):
      return Self(.reject, "Run is already \(from).")
    case (.illegalTransition, .paused) where isFlow:
      return Self(.reject, "Cannot pause flows that are not currently running.")
    case (_, .pending) where current == .paused:
      return Self(
        .reject,
        "This run cannot transition to the StateType.\(to) state from the StateType.\(from) state.")
    case (_, .pending) where isFlow && current != .cancelling && current != .scheduled:
      return Self(
        .abort, "This run is in a \(from) state and cannot transition to a \(to) state.")
    default: return nil
    }
  }
}
