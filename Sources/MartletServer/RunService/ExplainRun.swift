// Decides how a run is explained: its gates in order, with what would open each.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func explainRun(
    _ request: ExplainRunRequest, context: CallContext
  ) async throws -> ExplainRunResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      let explained = try await backend.store.explain(
        id, in: namespace, deadline: context.deadline)
      let explanation = RunExplanation(explained.facts)
      var response = ExplainRunResponse()
      var run = Run(explained.record)
      run.parameters = nil
      if case .failed(var failed)? = run.state?.detail {
        failed.traceback = ""
        run.state?.detail = .failed(failed)
      }
      response.run = run
      response.gates = explanation.gates.map { MartletProto.Gate($0) }
      response.summary = explanation.summary
      response.openTime = explanation.openTime?.timestamp
      response.time = explained.facts.now.timestamp
      return response
    }
  }
}
