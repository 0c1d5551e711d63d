// Decides how many runs are deleted in one call, each alone.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension RunHandlers {
  /// The most runs of a call.
  private static let most = 1000

  func batchDeleteRuns(_ request: BatchDeleteRunsRequest, context: CallContext) async throws
    -> BatchDeleteRunsResponse
  {
    try await answering {
      guard request.ids.count <= Self.most else {
        throw InvalidValue("ids", "has \(request.ids.count) runs: send at most \(Self.most)")
      }
      let namespace = try backend.namespace(request.namespace, context)
      var results = [DeleteRunResult](repeating: DeleteRunResult(), count: request.ids.count)
      var ids: [RunID] = []
      var places: [Int] = []
      for (index, text) in request.ids.enumerated() {
        do throws(InvalidValue) {
          ids.append(try RunID(required: text, "ids[\(index)]"))
          places.append(index)
        } catch {
          results[index].outcome = .error(Status(error).reportError)
        }
      }
      let answers = try await backend.store.deleteRuns(
        ids, in: namespace, actor: context.principal.name, deadline: context.deadline)
      for (index, answer) in answers.enumerated() {
        do throws(Status) {
          results[places[index]].outcome = .deletion(
            try DeleteRunResponse(answer, to: ids[index]))
        } catch {
          results[places[index]].outcome = .error(error.reportError)
        }
      }
      return BatchDeleteRunsResponse(results: results)
    }
  }
}
