// Decides how a state crosses between Prefect and Martlet.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletProto.State {
  /// What a Prefect client proposes.
  ///
  /// - Parameters:
  ///   - id: the id that the client gave the state, where it gives one.
  ///   - observed: when the client says it happened.
  init(
    _ type: Shape.StateType, name: String?, message: String?, details: Shape.StateDetails?,
    data: JSON?, id: UUIDValue? = nil, observed: Instant? = nil
  ) {
    self.init()
    self.type = StateVocabulary.martlet(type)
    self.name = name ?? ""
    self.message = message ?? ""
    observedTime = observed?.timestamp
    annotations = StateNote(id: id, details: details, data: data).annotations
    switch type {
    case .scheduled:
      detail = .scheduled(Scheduled(dueTime: details?.scheduledTime?.timestamp))
    case .paused:
      var paused = Paused()
      paused.untilTime = details?.pauseTimeout?.timestamp
      paused.key = details?.pauseKey ?? ""
      paused.suspended = details?.pauseReschedule ?? false
      detail = .paused(paused)
    case .failed:
      var failed = Failed()
      failed.errorMessage = message ?? ""
      failed.retriable = details?.retriable
      detail = .failed(failed)
    case .crashed:
      var crashed = Crashed()
      crashed.note = message ?? ""
      detail = .crashed(crashed)
    case .pending, .running, .cancelling, .completed, .cancelled: break
    }
  }

  /// A run that is taken keeps the time that it was to begin at.
  mutating func keepTime(of current: MartletProto.State?) {
    guard type == .pending, let current else { return }
    var due: Instant?
    switch current.type {
    case .scheduled:
      due = current.time.map(Instant.init)
      if case .scheduled(let scheduled)? = current.detail {
        due = scheduled.dueTime.map(Instant.init) ?? due
      }
    case .pending: due = StateNote(current).stateDetails.scheduledTime
    default: break
    }
    let note = StateNote(self)
    var details = note.stateDetails
    details.scheduledTime = details.scheduledTime ?? due
    annotations = StateNote(id: note.id, details: details, data: note.data).annotations
  }

  /// Gives a SCHEDULED state that does not say when the time of now.
  mutating func beginNow() {
    guard case .scheduled(var scheduled)? = detail, scheduled.dueTime == nil else { return }
    scheduled.dueTime = Instant.wallClock.timestamp
    detail = .scheduled(scheduled)
  }

  /// What is proposed over REST.
  init(_ proposed: Shape.StateCreate) {
    self.init(
      proposed.type, name: proposed.name, message: proposed.message,
      details: proposed.stateDetails, data: proposed.data)
  }

  /// The id that Prefect knows the state by: the client's, or one that follows from the run and its revision.
  func prefectID(of run: String, revision: Int64) -> UUIDValue {
    StateNote(self).id ?? .derived(from: ["prefect state", run, "\(revision)"])
  }
}

extension Shape.State {
  /// A state of a run as Prefect sees it.
  ///
  /// - Parameter parent: the flow run of a task run; empty for none.
  init(
    _ state: MartletProto.State, of run: String, kind: MartletProto.RunKind, revision: Int64,
    below parent: String = ""
  ) {
    let note = StateNote(state)
    self.init(
      id: state.prefectID(of: run, revision: revision),
      type: StateVocabulary.prefect(state.type) ?? .pending)
    name = state.name
    timestamp = (state.observedTime ?? state.time).map(Instant.init)
    message = state.message.isEmpty ? nil : state.message
    data = note.data
    var details = note.stateDetails
    if kind == .task {
      details.taskRunID = UUIDValue(text: run)
      details.flowRunID = UUIDValue(text: parent) ?? details.flowRunID
    } else {
      details.flowRunID = UUIDValue(text: run)
    }
    switch state.detail {
    case .scheduled(let scheduled)?:
      details.scheduledTime = scheduled.dueTime.map(Instant.init) ?? details.scheduledTime
    case .paused(let paused)?:
      details.pauseTimeout = paused.untilTime.map(Instant.init)
      details.pauseKey = paused.key.isEmpty ? nil : paused.key
      details.pauseReschedule = paused.suspended
    case .failed(let failed)? where message == nil && !failed.errorMessage.isEmpty:
      message = failed.errorMessage
    default: break
    }
    // A SCHEDULED state always says when.
    if type == .scheduled, details.scheduledTime == nil { details.scheduledTime = timestamp }
    stateDetails = details
  }

  /// The current state of a run.
  init(of run: Run) {
    self.init(
      run.state ?? State(), of: run.id, kind: run.kind, revision: run.revision,
      below: run.parentID)
    if run.kind == .flow, let task = run.trackingID { stateDetails?.taskRunID = task }
  }
}
