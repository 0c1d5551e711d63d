// Decides how the gates of a run that was taken stand: its owner, its pause, its bounds, its end.

extension RunFacts {
  /// Who has the run, and whether that one lives.
  var ownerGate: Gate {
    let isOffered = run.stateType == .pending && run.executionID == nil
    guard run.executionID != nil || isOffered else {
      let remedy = "an executor takes it"
      return run.stateType == .paused
        ? Gate(.owner, .open, "its process let it go: whoever takes it begins anew")
        : Gate(.owner, .closed, "nobody has taken it", remedy: remedy)
    }
    guard let id = run.sessionID else {
      if run.stateType == .running, state.name == RunState.ownerLost {
        return Gate(
          .owner, .closed, "its process fell silent and its lease has lapsed",
          remedy: "its process reports, or an operator acts")
      }
      return Gate(
        .owner, isOffered ? .closed : .unknown,
        isOffered
          ? "it is offered, and not taken yet" : "its process has no session: nobody watches it",
        remedy: isOffered ? "the executor takes the offer" : "its process reports")
    }
    guard let session else {
      return Gate(
        .owner, .unknown, "the session of its process is not known here",
        remedy: "its process reports or sends a heartbeat",
        references: [.session(id, holder: "")])
    }
    let references = [Gate.Reference.session(id, holder: session.holder)]
    guard session.leaseUntil < now else {
      if isOffered {
        return Gate(
          .owner, .closed, "it is offered to a living executor",
          remedy: "the executor takes the offer", references: references)
      }
      let waits = run.stateType == .scheduled || run.stateType == .pending
      return Gate(
        .owner, waits && isReady ? .closed : .open,
        waits ? "its process has it and lives" : "its process lives",
        remedy: waits && isReady ? "its process starts it" : "", references: references)
    }
    return Gate(
      .owner, .closed, "its process is silent and its lease has lapsed", remedy: lossRemedy,
      references: references)
  }

  /// Whether nothing but its owner keeps the run from starting.
  private var isReady: Bool { run.dueTime.map { $0 <= now } ?? true }

  /// What the loss of the owner leads to.
  private var lossRemedy: String {
    switch run.policy.loss {
    case _ where run.stateType != .running: "its lease is ended and another executor takes it"
    case .crash: "its process reports before it is CRASHED"
    case .rerun(let most) where run.tally.losses < most:
      "its lease is ended and another executor takes it"
    case .rerun: "its process reports before it is CRASHED"
    case .wait: "its process reports, or an operator acts"
    }
  }

  /// The wait for somebody to resume it.
  func pauseGate(_ paused: RunState.Paused) -> Gate {
    var summary = "\(actor) paused it"
    if !paused.key.isEmpty { summary += " as \"\(paused.key)\"" }
    var remedy = "somebody resumes it"
    if !paused.inputSchema.isEmpty {
      remedy += " with the input it asks for"
      let names = Self.required(paused.inputSchema)
      if !names.isEmpty { remedy += ": " + names.joined(separator: ", ") }
    }
    return Gate(.pause, .closed, summary, remedy: remedy, endTime: run.dueTime)
  }

  /// The members that an input must have.
  private static func required(_ schema: String) -> [String] {
    guard let schema = try? JSON(parsing: schema), case .array(let names)? = schema["required"]
    else { return [] }
    return names.compactMap { name in
      if case .string(let text) = name { text.text } else { nil }
    }
  }

  /// The bound within which it stops.
  var cancellationGate: Gate {
    Gate(
      .cancellation, .closed, "\(actor) asked it to stop",
      remedy: "its process says so, or its bound is over", openTime: run.dueTime,
      endTime: run.dueTime)
  }

  /// The time after which the server ends it.
  var timeoutGate: Gate? {
    guard run.policy.timeout != nil else { return nil }
    guard let due = run.dueTime else { return nil }
    return Gate(.timeout, .open, "it is ended when it runs for too long", endTime: due)
  }

  /// How it ended.
  var endGate: Gate {
    var summary = "\(state.name), by \(actor)"
    if let reason { summary += " (\(reason))" }
    switch state.detail {
    case .failed(let failed):
      let error = [failed.errorType, failed.errorMessage].filter { !$0.isEmpty }
      if !error.isEmpty { summary += ": " + error.joined(separator: ": ") }
    case .crashed(let crashed):
      if crashed.signal ?? 0 != 0 { summary += ": signal \(crashed.signal ?? 0)" }
      if crashed.exitCode ?? 0 != 0 { summary += ": exit code \(crashed.exitCode ?? 0)" }
      if !crashed.note.isEmpty { summary += ": \(crashed.note)" }
      if crashed.isPresumptive {
        summary += "; presumed from silence: its process may still report"
      }
    case .completed(let completed):
      if completed.cachedFrom != nil { summary += ": out of the cache" }
    default: break
    }
    if !state.message.isEmpty { summary += ": " + state.message }
    if run.tally.retries > 0 { summary += ", after \(run.tally.retries) retries" }
    let isGood = run.stateType == .completed
    return Gate(
      .end, .closed, summary, remedy: isGood ? "" : "somebody has it tried again",
      endTime: run.endTime)
  }
}
