// Decides which reports may be batched.

extension Report {
  /// Checks a report before it is batched.
  ///
  /// - Parameters:
  ///   - now: The server's clock, for the time in the id of a run that begins.
  ///   - acceptsAnyID: True for replays and imports that have been checked otherwise, and for the
  ///     scheduler's own ids.
  /// - Throws: `InvalidValue`, which names the field.
  public func validate(now: Instant, acceptsAnyID: Bool = false) throws(InvalidValue) {
    try InvalidValue.check(actor, "actor", limit: RunLimits.name)
    try InvalidValue.check(observedTime, "observed_time")
    switch item {
    case .tell(let tale):
      guard executionID != nil else {
        throw InvalidValue(
          "execution_id", "is required: a UUID that names the process of which is told")
      }
      guard epoch == 0 else { throw InvalidValue("epoch", "must be 0 with what is told") }
      guard seq == 0 else { throw InvalidValue("seq", "must be 0 with what is told") }
      guard observedTime != nil else {
        throw InvalidValue("tell.state.observed_time", "is required: when it happened")
      }
      if let run = tale.run {
        if !acceptsAnyID { try runID.validate(now: now) }
        if run.parentID == runID { throw InvalidValue("tell.run.parent_id", "is the run itself") }
        if run.placement != nil {
          throw InvalidValue("tell.run.deployment_id", "a run of a deployment is created, not told")
        }
        try run.validate()
      }
      try tale.state.validate("tell.state")
    case .create(let run):
      if !acceptsAnyID { try runID.validate(now: now) }
      if run.parentID == runID { throw InvalidValue("create.parent_id", "is the run itself") }
      if executionID == nil {
        guard epoch == 0, seq == 0 else {
          throw InvalidValue(
            "execution_id", "is required with epoch and seq: a create that claims needs an owner")
        }
      } else {
        guard epoch == 1 else { throw InvalidValue("epoch", "must be 1 with a create that claims") }
        guard seq == 1 else { throw InvalidValue("seq", "must be 1 with a create that claims") }
      }
      try run.validate()
    case .propose(let state):
      if executionID == nil {
        throw InvalidValue(
          "execution_id", "is required with a proposal: a random UUID that names your process")
      }
      guard epoch >= 1 else {
        throw InvalidValue("epoch", "must be at least 1: claim the run with its epoch + 1, seq 1")
      }
      guard seq >= 1 else { throw InvalidValue("seq", "must be at least 1") }
      try state.validate()
    }
  }
}

extension Cancellation {
  /// The longest bound a cancellation may set.
  public static let longestBound = Interval.hours(24)

  /// Checks a request to stop a run.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  public func validate() throws(InvalidValue) {
    try InvalidValue.check(actor, "actor", limit: RunLimits.name)
    try InvalidValue.check(message, "message", limit: RunLimits.message)
    guard bound >= .zero, bound <= Self.longestBound else {
      throw InvalidValue("bound", "must be between 0 and 24 hours")
    }
  }
}
