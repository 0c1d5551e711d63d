// Decides how Prefect's task runs are made and read over REST: runs of the kind TASK, and subflows as their parents see them.
// Those of a flow come as events.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The task run that stands for a subflow, or one that a program makes by itself.
  func createTaskRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.TaskRunCreate = try request.body()
    // One key of a task in one flow run is one task run, whoever asks and how often.
    let names = ["prefect task run", asked.flowRunID?.text ?? "", asked.taskKey, asked.dynamicKey]
    var new = NewTaskRun(asked, id: asked.id ?? .derived(from: names, version: 4))
    if let above = asked.flowRunID,
      let flow = try await find(above, request.context)?.value(.flowID)
    {
      new.labels[RunLabel.flowID.rawValue] = .text(flow)
    }
    guard let flowRun = asked.flowRunID, (asked.state?.type ?? .pending) == .pending else {
      var made = new.run
      made.takeBackground(of: asked.state)
      let (run, isNew) = try await create(made, in: asked.state, request.context)
      return .created(try Shape.TaskRun(run), isNew: isNew)
    }
    if let known = try await taskRun(new.id, request.context) {
      return .created(known, isNew: false)
    }
    let parent = try await run(flowRun, .flow, request.context)
    if let state = parent.state.flatMap({ StateVocabulary.prefect($0.type) }),
      [.completed, .failed, .crashed, .cancelled, .cancelling].contains(state)
    {
      throw PrefectFailure(409, VerdictVocabulary.sentence(.parentStopped))
    }
    try await announce(new, request.body, request.context)
    guard let made = try await taskRun(new.id, request.context) else {
      throw PrefectFailure(500, "a task run that is not there")
    }
    return .created(made)
  }

  func readTaskRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let found = try await taskRun(try request.id(), request.context) else {
      throw PrefectFailure(404, "Task run not found")
    }
    return .ok(found)
  }

  /// What is changed of a task run: its name.
  func updateTaskRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    guard let name = request.body["name"]?.text else {
      guard try await taskRun(id, request.context) != nil else {
        throw PrefectFailure(404, "Task run not found")
      }
      return .done
    }
    var run = Run()
    run.id = try await self.run(id, .task, request.context).id
    run.name = name
    _ = try await services.runs.updateRun(
      UpdateRunRequest(run: run, updateMask: FieldMask(paths: ["name"])), context: request.context)
    return .done
  }

  /// A task run by its id: a run, a subflow as its parent sees it, or one that has not begun.
  func taskRun(_ id: UUIDValue, _ context: CallContext) async throws -> Shape.TaskRun? {
    if let run = try await find(id, context), run.kind == .task { return try Shape.TaskRun(run) }
    if let run = try await subflow(of: id, context) { return try Shape.TaskRun(tracking: run) }
    return try await announcement(id, context).map { Shape.TaskRun($0.run, at: $0.time) }
  }

  func setTaskRunState(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.SetTaskRunStateBody = try request.body()
    let id = try request.id()
    if try await find(id, request.context)?.kind != .task {
      if let run = try await subflow(of: id, request.context) {
        return Self.result(
          .abort, "The state of this task run is that of the flow run \(run.id).",
          Shape.State(of: run))
      }
      // Nothing but a task run after all.
      if let announced = try await announcement(id, request.context) {
        _ = try await create(announced.run.run, in: nil, request.context)
      }
    }
    return try await propose(
      asked.state, to: id, .task, force: asked.force ?? false, request.context)
  }
}
