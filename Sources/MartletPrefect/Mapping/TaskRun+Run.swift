// Decides how a run is shown as a task run of Prefect's, and what a task run of Prefect's becomes.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Shape.TaskRun {
  /// A run as it is now.
  init(_ run: Run) throws(PrefectFailure) {
    var state = Shape.State(of: run)
    run.giveBackground(to: &state)
    let times = run.times ?? Times()
    self.init(
      id: try run.uuid, name: run.name, taskKey: run.value(.taskKey) ?? run.definition,
      dynamicKey: run.value(.dynamicKey) ?? run.id)
    created = times.createTime.map(Instant.init)
    updated = state.timestamp
    flowRunID = UUIDValue(text: run.parentID)
    taskVersion = run.definitionVersion.isEmpty ? nil : run.definitionVersion
    var policy = Shape.TaskRunPolicy()
    policy.retries = run.value(.retries).flatMap { Int($0) }
    empiricalPolicy = policy
    tags = run.tags
    labels = run.prefectLabels
    stateID = state.id
    taskInputs = run.dependencies.taskInputs
    stateType = state.type
    stateName = state.name
    runCount = Int(run.attempt)
    flowRunRunCount = run.attempt == 0 ? 0 : 1
    nextScheduledStartTime = state.type == .scheduled ? state.stateDetails?.scheduledTime : nil
    let life = RunLife(run, now: .wallClock)
    expectedStartTime = life.expected
    startTime = life.start
    endTime = life.end
    totalRunTime = life.ran
    estimatedRunTime = life.runs
    estimatedStartTimeDelta = life.lateness
    self.state = state
  }
}

/// What is said of a task run when it is first heard of.
struct NewTaskRun {
  var id: UUIDValue
  var flowRunID: UUIDValue?
  var name: String?
  var taskKey: String
  var dynamicKey: String
  var version: String?
  var retries: Int?
  var tags: [String]
  var labels: [String: JSON]
  /// The inputs by parameter: lists of things with a type and an id.
  var inputs: [String: [JSON]]

  /// The run that it becomes. Its retries are the client's, which tries tasks again by itself.
  var run: Run {
    var run = Run()
    run.id = id.text
    run.kind = .task
    run.name = name ?? ""
    run.definition = definition
    run.definitionVersion = version ?? ""
    run.parentID = flowRunID?.text ?? ""
    run.tags = tags
    run.labels = labels.texts
    run.dependencies = [Dependency](taskInputs: inputs)
    RunLabel.taskKey.set(taskKey, in: &run.labels)
    RunLabel.dynamicKey.set(dynamicKey, in: &run.labels)
    RunLabel.retries.set(retries.flatMap { $0 > 0 ? "\($0)" : nil }, in: &run.labels)
    return run
  }

  /// The name of the task: its key without the hash of its source at the end.
  private var definition: String { Self.definition(of: taskKey) }

  /// The name of the task of a key.
  static func definition(of taskKey: String) -> String {
    let parts = taskKey.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 1, let hash = parts.last, hash.utf8.count == 8,
      UInt64(hash, radix: 16) != nil
    else { return taskKey }
    return parts.dropLast().joined(separator: "-")
  }
}

extension [Dependency] {
  /// The edges of a task run's inputs: those of the type `task_run`; constants and parameters are none.
  init(taskInputs inputs: [String: [JSON]]) {
    self = []
    for (parameter, values) in inputs.sorted(by: { $0.key < $1.key }) {
      for value in values {
        guard value["input_type"] == .text("task_run"), case .string(let id)? = value["id"],
          UUIDValue(text: id.text) != nil
        else { continue }
        append(Dependency(runID: id.text, parameter: parameter))
      }
    }
  }

  /// The edges as inputs.
  var taskInputs: [String: [JSON]] {
    var inputs: [String: [JSON]] = [:]
    for edge in self {
      inputs[edge.parameter, default: []].append(
        .object([("input_type", .text("task_run")), ("id", .text(edge.runID))]))
    }
    return inputs
  }
}
