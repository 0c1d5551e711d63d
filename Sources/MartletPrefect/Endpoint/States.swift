// Decides how the history of a run is shown as Prefect's states.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The states of a run, oldest first.
  ///
  /// - Parameter parameter: the query parameter that names the run.
  func readStates(_ request: PrefectRequest, of parameter: String) async throws -> PrefectResponse {
    guard let run = request.query[parameter], let id = UUIDValue(text: run) else {
      throw ShapeFault(
        location: ["query", parameter], message: "Input should be a valid UUID",
        type: "uuid_parsing")
    }
    let kind: MartletProto.RunKind = parameter == "task_run_id" ? .task : .flow
    var states: [Shape.State] = []
    var page = ListTransitionsRequest(runID: id.text, pageSize: 1000)
    repeat {
      let answer = try await services.runs.listTransitions(page, context: request.context)
      for transition in answer.transitions {
        states.append(
          Shape.State(
            transition.to ?? State(), of: run, kind: kind, revision: transition.revision))
      }
      page.pageToken = answer.nextPageToken
    } while !page.pageToken.isEmpty
    return .ok(states)
  }
}
