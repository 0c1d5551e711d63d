// Decides how a variable is set.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  func setVariable(_ request: SetVariableRequest, context: CallContext) async throws
    -> SetVariableResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let variable = request.variable else { throw InvalidValue("variable", "is required") }
      guard let value = variable.value else {
        throw InvalidValue("variable.value", "is required: any JSON")
      }
      if request.policy == .create, !request.newName.isEmpty {
        throw InvalidValue(
          "new_name", "is for a variable that is there: leave it out, or the policy")
      }
      let change = VariableChange(
        variable.name, value: try value.jsonText("variable.value"), tags: variable.tags,
        policy: try policy(request.policy), etag: try etag(variable.etag, "variable.etag"),
        newName: request.newName.isEmpty ? nil : request.newName,
        id: try ObjectID(optional: request.requestID, "request_id") ?? .random())
      return SetVariableResponse(
        variable: MartletProto.Variable(
          try await backend.store.setVariable(
            change, in: namespace, actor: context.principal.name, deadline: context.deadline)))
    }
  }

  private func policy(
    _ policy: SetVariablePolicy
  ) throws(InvalidValue) -> VariableChange.Policy {
    switch policy {
    case .unspecified, .upsert: return .upsert
    case .create: return .create
    case .update: return .update
    default: throw InvalidValue("policy", "is none that this server knows")
    }
  }
}
