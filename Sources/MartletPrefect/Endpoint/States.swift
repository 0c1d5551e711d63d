// Decides how the history of a run is shown as Prefect's states.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The states of a run, oldest first.
  ///
  /// - Parameter parameter: the query parameter that names the run.
  func readStates(_ request: PrefectRequest, of parameter: String) async throws -> PrefectResponse {
    guard let named = request.query[parameter], let id = UUIDValue(anyForm: named) else {
      throw ShapeFault(
        location: ["query", parameter], message: "Input should be a valid UUID",
        type: "uuid_parsing")
    }
    let kind: MartletProto.RunKind = parameter == "task_run_id" ? .task : .flow
    var run = try await find(id, request.context)
    if run == nil, kind == .task { run = try await subflow(of: id, request.context) }
    guard let run else { return .ok([Shape.State]()) }
    let states = try await services.history(of: run.id, request.context).map { transition in
      Shape.State(
        transition.to ?? State(), of: run.id, kind: kind, revision: transition.revision,
        below: kind == .task ? run.parentID : "")
    }
    return .ok(states)
  }
}
