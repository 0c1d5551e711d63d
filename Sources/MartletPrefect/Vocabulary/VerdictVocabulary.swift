// Decides what Prefect's client is told when Martlet's state machine has spoken: the one table.

internal import MartletModel
internal import MartletProto

/// Verdicts in Prefect's words.
enum VerdictVocabulary {
  /// The status of an answer.
  ///
  /// ACCEPT: the state was written. REJECT: the client takes the state that it is given, and goes on from there. WAIT: it
  /// asks again. ABORT: it stops.
  static func status(_ code: MartletProto.Verdict.Code, _ reason: Reason?) -> Shape.SetStateStatus {
    switch code {
    case .accepted: .accept
    case .replaced: .reject
    // A worker that looked before others took the room looks again; it does not stand and wait.
    case .wait where reason == .limitFull: .abort
    case .wait: .wait
    case .refused, .fenced: reason.map { adopts($0) ? .reject : .abort } ?? .abort
    case .unspecified, .unrecognized: .abort
    }
  }

  /// Whether a client that is refused for a reason goes on from the state that the run has; else it stops.
  static func adopts(_ reason: Reason) -> Bool {
    switch reason {
    // The run has a state that its client must learn of: it was ended, is being cancelled, or was paused.
    case .runFinished, .runCancelling, .runPaused, .pauseResumed, .runNotPaused, .runNotFinished:
      true
    // Somebody else has the run, or it may never start.
    case .runOwned, .claimRequired, .bindRequired, .staleEpoch, .otherExecution, .illegalTransition,
      .parentStopped, .parentPaused, .notDue, .retry, .awaitingConcurrencySlot, .limitFull,
      .limitClosed, .overtaken:
      false
    }
  }

  /// The sentence that goes with a reason.
  static func sentence(_ reason: Reason?) -> String {
    switch reason {
    case .illegalTransition?: "This run cannot go from its state to that one."
    case .runFinished?: "This run has already terminated."
    case .runCancelling?:
      "Cannot transition flows that are cancelling to a state other than Cancelled."
    case .runOwned?, .claimRequired?, .bindRequired?, .staleEpoch?, .otherExecution?:
      "This run is in another process's hands."
    case .parentStopped?: "The enclosing flow must be running to begin task execution."
    case .parentPaused?: "The enclosing flow run is paused."
    case .runPaused?: "This run is paused."
    case .pauseResumed?: "This pause has already fired."
    case .runNotPaused?: "This run is not paused."
    case .runNotFinished?: "This run has not terminated."
    case .retry?: "Retrying"
    case .notDue?: "Scheduled time is in the future"
    case .awaitingConcurrencySlot?: "Concurrency limit reached"
    case .limitFull?: "Concurrency limit reached."
    case .limitClosed?: "The concurrency limit is 0, or less than is needed."
    case .overtaken?: "A later state of this run is known."
    case nil: ""
    }
  }
}
