// Decides how Prefect's task runs are made and read over REST: runs of the kind TASK. Those of a flow come as events.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The tracking run of a subflow, or a task run that a program makes by itself.
  func createTaskRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.TaskRunCreate = try request.body()
    // One key of a task in one flow run is one task run, whoever asks and how often.
    let names = ["prefect task run", asked.flowRunID?.text ?? "", asked.taskKey, asked.dynamicKey]
    let new = NewTaskRun(
      id: asked.id ?? .derived(from: names, version: 4), flowRunID: asked.flowRunID,
      name: asked.name, taskKey: asked.taskKey, dynamicKey: asked.dynamicKey,
      version: asked.taskVersion, retries: asked.empiricalPolicy?.retries, tags: asked.tags ?? [],
      labels: asked.labels ?? [:], inputs: asked.taskInputs ?? [:])
    let (run, isNew) = try await create(new.run, in: asked.state, request.context)
    return .created(try Shape.TaskRun(run), isNew: isNew)
  }

  func readTaskRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.TaskRun(try await run(try request.id(), .task, request.context)))
  }
}
