// Decides how one variable is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  func getVariable(_ request: GetVariableRequest, context: CallContext) async throws
    -> GetVariableResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      try VariableRules.check(name: request.name, "name")
      return GetVariableResponse(
        variable: MartletProto.Variable(
          try await backend.store.variable(
            request.name, in: namespace, deadline: context.deadline)))
    }
  }
}
