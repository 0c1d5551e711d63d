// Decides how a run is asked to stop.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func cancelRun(_ request: CancelRunRequest, context: CallContext) async throws
    -> CancelRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      let bound = request.grace.map(Interval.init) ?? Cancellation.standardBound
      guard bound >= .zero, bound <= .hours(1) else {
        throw InvalidValue("grace", "must be from 0 s to 1 h")
      }
      let cancellation = Cancellation(
        namespace: namespace, runID: id, actor: context.principal.name, message: request.message,
        bound: bound)
      try cancellation.validate()
      let answer = try await backend.store.cancelRun(cancellation)
      var response = CancelRunResponse()
      response.verdict = MartletProto.Verdict(answer)
      response.run = Run(
        try await backend.store.run(id, in: namespace, deadline: context.deadline))
      return response
    }
  }
}
