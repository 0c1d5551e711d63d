// Decides which runs of elsewhere can be taken in: those that have ended, whose values can be kept, and whose times are in
// order. Which state may follow which is theirs to say.

/// Why a run of elsewhere is not taken in.
public enum RunHistoryFault: Error, Sendable, Equatable {
  /// A value may not be stored.
  case invalid(InvalidValue)
  /// Its last state is not a final one.
  case notFinished(StateType)
}

extension RunHistory {
  /// How far a clock of elsewhere may be ahead of this one.
  public static let clockTolerance = Interval.seconds(300)

  /// Checks what is told.
  public func validate(now: Instant) throws(RunHistoryFault) {
    do throws(InvalidValue) { try check(now: now) } catch { throw .invalid(error) }
    guard let last = entries.last else {
      throw .invalid(InvalidValue("transitions", "are missing, and so is run.state"))
    }
    guard last.state.type.isTerminal else { throw .notFinished(last.state.type) }
  }

  private func check(now: Instant) throws(InvalidValue) {
    if id.value.high == 0, id.value.low == 0 { throw InvalidValue("run.id", "is zero") }
    try content.validate("run")
    if content.createdBy.isEmpty { throw InvalidValue("run.created_by", "is empty") }
    if content.parentID == id { throw InvalidValue("run.parent_id", "is the run itself") }
    if let rootID, (rootID == id) != (content.parentID == nil) {
      throw InvalidValue("run.root_id", "is the run itself at the root, and only there")
    }
    for (number, field) in [
      (epoch, "epoch"), (lastSeq, "seq"), (Int64(attempt), "attempt"),
      (work?.version ?? 0, "deployment_version"),
    ] where number < 0 {
      throw InvalidValue("run.\(field)", "is negative")
    }
    if let lostRevision, lostRevision < 1 { throw InvalidValue("run.revision", "is less than 1") }
    let latest = now + Self.clockTolerance
    for (time, field) in [
      (createTime as Instant?, "create_time"), (startTime, "start_time"), (endTime, "end_time"),
    ] {
      try Self.check(time, "run.times.\(field)", latest)
    }
    if let runningTime, runningTime < .zero {
      throw InvalidValue("run.times.running_time", "is negative")
    }
    try checkWork()
    for (index, pause) in pauses.enumerated() {
      let field = "run.pauses[\(index)]"
      try InvalidValue.check(pause.key, "\(field).key", limit: RunLimits.word)
      try InvalidValue.check(
        pause.inputSchema ?? "", "\(field).input_schema", limit: RunLimits.inline)
      try InvalidValue.check(pause.input ?? "", "\(field).input", limit: RunLimits.inline)
    }
    var before: Entry?
    for (index, entry) in entries.enumerated() {
      let field = lostRevision == nil ? "transitions[\(index)]" : "run"
      try Self.check(entry, at: Int64(index + 1), after: before, field, latest)
      before = entry
    }
  }

  private func checkWork() throws(InvalidValue) {
    guard let work else { return }
    for (text, field) in [(work.pool, "pool"), (work.queue, "queue"), (work.worker, "worker")] {
      try InvalidValue.check(text, "run.\(field)", limit: RunLimits.name)
    }
    try InvalidValue.check(work.jobVariables, "run.job_variables", limit: RunLimits.inline)
    try InvalidValue.check(work.tick?.time, "run.schedule_time")
  }

  private static func check(
    _ entry: Entry, at place: Int64, after before: Entry?, _ field: String, _ latest: Instant
  ) throws(InvalidValue) {
    let state = field == "run" ? "run.state" : "\(field).to"
    try entry.state.validate(state)
    try check(entry.time, "\(state).time", latest)
    try InvalidValue.check(entry.observedTime, "\(state).observed_time")
    if let before, entry.time < before.time {
      throw InvalidValue("\(state).time", "is before that of the transition before")
    }
    if entry.revision != 0, entry.revision != place {
      throw InvalidValue("\(field).revision", "is \(entry.revision): they count from 1")
    }
    if let from = entry.from, from != before?.state.type {
      throw InvalidValue("\(field).from", "is \(from), which is not the type before")
    }
    if entry.epoch < 0 { throw InvalidValue("\(field).epoch", "is negative") }
    if entry.seq < 0 { throw InvalidValue("\(field).seq", "is negative") }
    try InvalidValue.check(entry.rule, "\(field).rule", limit: RunLimits.word)
    try InvalidValue.check(entry.actor, "\(field).actor", limit: RunLimits.name)
    if entry.rule.isEmpty { throw InvalidValue("\(field).rule", "is empty") }
    if entry.actor.isEmpty { throw InvalidValue("\(field).actor", "is empty") }
  }

  private static func check(
    _ time: Instant?, _ field: String, _ latest: Instant
  ) throws(InvalidValue) {
    try InvalidValue.check(time, field)
    if let time, time > latest { throw InvalidValue(field, "is in the future") }
  }
}
