// Decides how one run is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func getRun(_ request: GetRunRequest, context: CallContext) async throws -> GetRunResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      let run = Run(try await backend.store.run(id, in: namespace, deadline: context.deadline))
      return GetRunResponse(run: try run.masked(by: request.readMask))
    }
  }
}
