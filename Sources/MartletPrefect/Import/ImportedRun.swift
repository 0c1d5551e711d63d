// Decides what flow runs and task runs of Prefect's database become: one run each with its history. A task run that stands for
// a subflow in its parent is no run of its own: it comes with the subflow.

internal import MartletModel
package import MartletProto
package import MartletWire

extension PrefectRow {
  /// Data of a state that is longer stays behind: Martlet keeps 64 KiB beside a state.
  private static let mostData = 48 << 10

  /// A row of `flow_run` with its states and the task run that stands for it.
  package func flowRun(_ renaming: Renaming) throws -> MartletProto.RunHistory {
    var run = Run()
    run.kind = .flow
    run.definition = text("flow_name")
    run.definitionVersion = text("flow_version")
    run.deploymentID = renaming.id(text("deployment_id"))
    if case .object(let parameters)? = self["parameters"] {
      run.parameters = JSONObject(parameters)
    }
    if case .object(let variables)? = self["job_variables"], variables.count > 0 {
      run.jobVariables = JSONObject(variables)
    }
    run.retry = try self["empirical_policy"].map {
      try Self.shape($0, as: Shape.FlowRunPolicy.self)
    }?.retry
    run.labels = labels("labels")
    RunLabel.flowID.set(renaming.id(text("flow_id")), in: &run.labels)
    RunLabel.idempotencyKey.set(self["idempotency_key"]?.text, in: &run.labels)
    RunLabel.infrastructure.set(self["infrastructure_pid"]?.text, in: &run.labels)
    run.pool = text("work_pool_name")
    run.queue = run.pool.isEmpty ? "" : text("work_queue_name")
    run.createdBy = self["created_by"]?["display_value"]?.text ?? ""
    if isTrue("auto_scheduled") {
      run.scheduleID = renaming.id(self["created_by"]?["id"]?.text ?? "")
      run.scheduleTime = time("expected_start_time")?.timestamp
    }
    if let task = row("parent_task_run") { run.adopt(try task.newTaskRun()) }
    return try history(of: run)
  }

  /// A row of `task_run` with its states.
  package func taskRun() throws -> MartletProto.RunHistory { try history(of: try newTaskRun().run) }

  private func newTaskRun() throws(RowFault) -> NewTaskRun {
    let policy = self["empirical_policy"]
    return NewTaskRun(
      id: try shape("id"), flowRunID: UUIDValue(text: text("flow_run_id")), name: text("name"),
      taskKey: text("task_key"), dynamicKey: text("dynamic_key"),
      version: self["task_version"]?.text,
      retries: policy?["retries"].flatMap { try? Int($0, at: []) }, tags: texts("tags"),
      labels: self["labels"].flatMap { try? [String: JSON]($0, at: []) } ?? [:],
      inputs: self["task_inputs"].flatMap { try? [String: [JSON]]($0, at: []) } ?? [:])
  }

  /// Adds what both have.
  private func history(of given: Run) throws(RowFault) -> MartletProto.RunHistory {
    var run = given
    run.id = text("id")
    run.name = text("name")
    run.rootID = text("root_id")
    run.tags = texts("tags")
    run.attempt = number("run_count") ?? 0
    var times = Times()
    times.createTime = time("created")?.timestamp
    times.expectedTime = time("expected_start_time")?.timestamp
    times.startTime = time("start_time")?.timestamp
    times.endTime = time("end_time")?.timestamp
    times.runningTime = self["total_run_time"].flatMap { try? Double($0, at: []) }.map {
      .microseconds(Int64(($0 * 1_000_000).rounded()))
    }
    run.times = times
    var history = MartletProto.RunHistory()
    history.run = run
    if case .array(let states)? = self["states"] {
      for state in states { history.transitions.append(try PrefectRow(state).transition()) }
    } else {
      // Its states were deleted; how it ended stands in the run.
      let state = JSON.object([
        ("id", self["state_id"] ?? .text(UUIDValue.derived(from: ["prefect state", run.id]).text)),
        ("type", self["state_type"]), ("name", self["state_name"]),
        ("timestamp", self["state_timestamp"] ?? self["end_time"] ?? self["created"]),
      ])
      history.transitions.append(try PrefectRow(state).transition())
    }
    return history
  }

  /// A row of `flow_run_state` or `task_run_state`.
  private func transition() throws(RowFault) -> MartletProto.Transition {
    let time: Instant = try shape("timestamp")
    let data = self["data"].flatMap { $0.description.utf8.count > Self.mostData ? nil : $0 }
    var state = MartletProto.State(
      try shape("type", as: Shape.StateType.self), name: self["name"]?.text,
      message: self["message"]?.text?.prefix(bytes: 16 << 10),
      details: try self["state_details"].map { json throws(RowFault) in try Self.shape(json) },
      data: data, id: try shape("id"), observed: time)
    state.time = time.timestamp
    var transition = MartletProto.Transition()
    transition.to = state
    return transition
  }

  /// Whether a schedule of Prefect's made this flow run, and nobody has begun it.
  package func isScheduled(by id: String) -> Bool {
    isTrue("auto_scheduled") && self["created_by"]?["id"]?.text == id
      && number("run_count") ?? 0 == 0
  }

  /// When this flow run is due.
  package var expectedTime: Timestamp? { time("expected_start_time")?.timestamp }
}
