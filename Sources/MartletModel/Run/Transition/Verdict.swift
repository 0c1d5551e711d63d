// Decides how a command is answered: the five verdicts, their reasons, and the errors beside them.

/// The answer to a report.
public enum Verdict: Sendable, Equatable {
  /// The run is in the proposed state.
  case accepted
  /// The run is in another state, which the client adopts.
  case replaced(Reason)
  /// Nothing changed and no seq was consumed: ask again after the interval.
  case wait(Interval, Reason)
  /// The owner's proposal is refused and its seq used up; the run is as it was.
  case refused(Reason)
  /// The sender is not the owner and must not go on; no seq was consumed.
  case fenced(currentEpoch: Int64, Reason)

  /// The verdict without what it carries.
  ///
  /// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
  public enum Code: Int16, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Done as asked.
    case accepted = 1
    /// Done otherwise.
    case replaced = 2
    /// Not yet.
    case wait = 3
    /// No.
    case refused = 4
    /// Not you.
    case fenced = 5

    /// The upper-case name: `ACCEPTED`.
    public var description: String {
      switch self {
      case .accepted: "ACCEPTED"
      case .replaced: "REPLACED"
      case .wait: "WAIT"
      case .refused: "REFUSED"
      case .fenced: "FENCED"
      }
    }
  }

  /// The verdict without what it carries.
  public var code: Code {
    switch self {
    case .accepted: .accepted
    case .replaced: .replaced
    case .wait: .wait
    case .refused: .refused
    case .fenced: .fenced
    }
  }

  /// Why, unless it was accepted.
  public var reason: Reason? {
    switch self {
    case .accepted: nil
    case .replaced(let reason), .wait(_, let reason), .refused(let reason), .fenced(_, let reason):
      reason
    }
  }
}

/// Why a verdict is what it is: a closed vocabulary, stored and served by name. Names are stable.
public enum Reason: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// No row of the state machine leads from the run's state to the proposed one.
  case illegalTransition = "ILLEGAL_TRANSITION"
  /// The run has ended; a finished run is not revived.
  case runFinished = "RUN_FINISHED"
  /// The run is being cancelled and can only become Cancelled.
  case runCancelling = "RUN_CANCELLING"
  /// The enclosing run has ended or is being cancelled.
  case parentStopped = "PARENT_STOPPED"
  /// The run's due time is not reached.
  case notDue = "NOT_DUE"
  /// The report's epoch is not the run's.
  case staleEpoch = "STALE_EPOCH"
  /// Another process has bound the run.
  case otherExecution = "OTHER_EXECUTION"
  /// The run has an owner and cannot be claimed.
  case runOwned = "RUN_OWNED"
  /// Nobody owns the run, or no longer: claim it by proposing PENDING or RUNNING with its epoch + 1
  /// and seq 1.
  case claimRequired = "CLAIM_REQUIRED"
  /// The run is offered at this epoch: only RUNNING binds it.
  case bindRequired = "BIND_REQUIRED"
  /// The attempt failed and the run's policy tries it again: see the due time of its state.
  case retry = "RETRY"
  /// The run is paused and goes on only when somebody resumes it.
  case runPaused = "RUN_PAUSED"
  /// The enclosing run is paused.
  case parentPaused = "PARENT_PAUSED"
  /// The pause of this key was resumed before: go on with its input.
  case pauseResumed = "PAUSE_RESUMED"
  /// The run is not paused.
  case runNotPaused = "RUN_NOT_PAUSED"
  /// The run has not ended.
  case runNotFinished = "RUN_NOT_FINISHED"
  /// A limit that it needs slots of is full: it stands in line as long as it asks.
  case awaitingConcurrencySlot = "AWAITING_CONCURRENCY_SLOT"
  /// A limit that it needs slots of is full, and it was not to stand in line.
  case limitFull = "LIMIT_FULL"
  /// A limit that it needs slots of has none, or fewer than it needs.
  case limitClosed = "LIMIT_CLOSED"
  /// What is told was overtaken: a later state of the run was told before, or an operator put it back since.
  case overtaken = "OVERTAKEN"

  /// The stable name.
  public var description: String { rawValue }
}

/// Why a command could not be answered with a verdict.
public enum CommandError: Error, Sendable, Equatable {
  /// There is no such run in the namespace.
  case notFound(RunID)
  /// The enclosing run named by a create does not exist in the namespace.
  case parentNotFound(RunID)
  /// The id is taken by a run with other content or in another namespace.
  case alreadyExists(RunID)
  /// The id is that of a run that was deleted.
  case deleted(RunID)
  /// The deployment that a create names, or its pool, was deleted since it was looked up.
  case homeless(DeploymentID)
  /// A state refers to a result, by this address in this field, that is not stored.
  case resultNotFound(String, field: String)
  /// A seq was left out.
  case outOfSequence(expected: Int64)
  /// The run is at another revision than the request was made for: read it again.
  case outdated(revision: Int64)
  /// A value may not be stored.
  case invalid(InvalidValue)
}

/// How a command was answered.
public enum Outcome: Sendable, Equatable {
  /// Decided now.
  case verdict(Verdict)
  /// This seq of this epoch was answered before: the stored verdict is the answer, marked duplicate.
  /// The store finds it in the history or among the refusals, inside the same transaction.
  case duplicate(epoch: Int64, seq: Int64)
  /// A create without execution of a run that exists with the same content: the run as it is.
  case existing
  /// Nothing was to be done: a repeated cancel, a lapse that came too late.
  case unchanged
  /// Not answered.
  case failure(CommandError)
}
