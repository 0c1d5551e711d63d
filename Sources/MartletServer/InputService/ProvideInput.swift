// Decides how an input is kept: judged by a schema that the run has, where it is to be.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension InputHandlers {
  func provideInput(_ request: ProvideInputRequest, context: CallContext) async throws
    -> ProvideInputResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let input = request.input else { throw InvalidValue("input", "is required") }
      let run = try RunID(required: input.runID, "input.run_id")
      if !request.schemaKey.isEmpty {
        let schema = try await backend.store.input(
          request.schemaKey, of: run, in: namespace, deadline: context.deadline)
        try InputCheck.check(input.value, against: schema.value)
      }
      return ProvideInputResponse(
        input: MartletProto.RunInput(
          try await backend.store.provideInput(
            input.key, value: input.value, sender: input.sender, to: run, in: namespace,
            actor: context.principal.name, deadline: context.deadline)))
    }
  }
}
