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
      let variable: MartletStore.Variable
      if let id = try ObjectID(optional: request.id, "id") {
        variable = try await backend.store.variable(
          id: id, in: namespace, deadline: context.deadline)
      } else {
        try VariableRules.check(name: request.name, "name")
        variable = try await backend.store.variable(
          request.name, in: namespace, deadline: context.deadline)
      }
      return GetVariableResponse(variable: MartletProto.Variable(variable))
    }
  }
}
