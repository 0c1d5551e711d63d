// Decides how variables are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  func countVariables(_ request: CountVariablesRequest, context: CallContext) async throws
    -> CountVariablesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let count = try await backend.store.countVariables(
        VariableQuery(request.filter, in: namespace), deadline: context.deadline)
      return CountVariablesResponse(count: count)
    }
  }
}
