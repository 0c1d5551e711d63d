// Decides how one run is read, and that its failure is explained only to those who ask.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func getRun(_ request: GetRunRequest, context: CallContext) async throws -> GetRunResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      // Planning the statement costs more than it does: those who ask at the same time share one.
      let record = try await backend.store.gatheredRun(
        id, in: namespace, deadline: context.deadline)
      var response = GetRunResponse()
      var mask = request.readMask
      mask?.paths.removeAll { $0 == "failure" }
      if let asked = request.readMask, mask?.paths.count != asked.paths.count {
        response.failure = try await backend.store.failure(of: record, deadline: context.deadline)
          .map { RunFailure($0, of: record) }
        // Only the failure was asked for: an empty mask would mean the whole run.
        if mask?.paths.isEmpty == true { return response }
      }
      response.run = Run(record).masked(by: try ReadMask(mask))
      return response
    }
  }
}
