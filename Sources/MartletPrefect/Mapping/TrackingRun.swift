// Decides how a subflow is shown to Prefect's client in its parent: by a task run that has the state of the subflow. Both are
// one run; their ids differ in the last bit, so that each is known from the other.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension UUIDValue {
  /// The id of the task run that stands for this subflow, or of the subflow that this task run stands for.
  var twin: UUIDValue { UUIDValue(high: high, low: low ^ 1) }
}

extension Run {
  /// The id of the task run by which Prefect's client knows this run in the run above it; nil for one that is not a
  /// subflow.
  var trackingID: UUIDValue? {
    guard kind == .flow, !parentID.isEmpty else { return nil }
    return value(.parentTaskRun).flatMap { UUIDValue(text: $0) } ?? UUIDValue(text: id)?.twin
  }

  /// Puts a subflow where a task run that stands for it was asked for.
  mutating func adopt(_ tracking: NewTaskRun) {
    parentID = tracking.flowRunID?.text ?? ""
    dependencies = tracking.run.dependencies
    RunLabel.parentTaskRun.set(tracking.id.text, in: &labels)
    RunLabel.trackingName.set(tracking.name, in: &labels)
    RunLabel.taskKey.set(tracking.taskKey, in: &labels)
    RunLabel.dynamicKey.set(tracking.dynamicKey, in: &labels)
  }
}

extension Shape.TaskRun {
  /// The task run that stands for a subflow.
  init(tracking run: Run) throws(PrefectFailure) {
    guard let id = run.trackingID, let subflow = UUIDValue(text: run.id) else {
      throw PrefectFailure(404, "Task run not found")
    }
    var copy = run
    copy.kind = .task
    try self.init(copy)
    self.id = id
    name = run.value(.trackingName) ?? name
    guard var state else { return }
    var details = state.stateDetails ?? Shape.StateDetails()
    details.childFlowRunID = subflow
    details.flowRunID = flowRunID
    details.taskRunID = id
    details.transitionID = nil
    state.stateDetails = details
    // A state of its own, for it is not the same one.
    state.id = state.id.twin
    self.state = state
    stateID = state.id
  }

  /// A run of a task, or a subflow as its parent sees it.
  init(any run: Run) throws(PrefectFailure) {
    if run.kind == .flow { try self.init(tracking: run) } else { try self.init(run) }
  }

  /// A task run that was asked for, and has not begun.
  init(_ asked: NewTaskRun, at time: Instant) {
    self.init(
      id: asked.id, name: asked.name ?? asked.taskKey, taskKey: asked.taskKey,
      dynamicKey: asked.dynamicKey)
    created = time
    updated = time
    flowRunID = asked.flowRunID
    taskVersion = asked.version
    tags = asked.tags
    labels = asked.labels
    taskInputs = asked.inputs
    var policy = Shape.TaskRunPolicy()
    policy.retries = asked.retries
    empiricalPolicy = policy
    if let parent = asked.flowRunID { labels?["prefect.flow-run.id"] = .text(parent.text) }
    var pending = Shape.State(
      id: .derived(from: ["prefect announced state", asked.id.text]), type: .pending)
    pending.name = "Pending"
    pending.timestamp = time
    var details = Shape.StateDetails()
    details.taskRunID = asked.id
    details.flowRunID = asked.flowRunID
    pending.stateDetails = details
    state = pending
    stateID = pending.id
    stateType = .pending
    stateName = pending.name
    runCount = 0
    flowRunRunCount = 0
    expectedStartTime = time
    totalRunTime = 0
    estimatedRunTime = 0
    estimatedStartTimeDelta = 0
  }
}
