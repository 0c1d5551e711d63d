// Decides how a pause ends: with an input that was checked against this very pause.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func resumeRun(_ request: ResumeRunRequest, context: CallContext) async throws
    -> ResumeRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      let input = try request.input?.jsonText("input")
      var attempts = 0
      while true {
        let record = try await backend.store.run(id, in: namespace, deadline: context.deadline)
        if case .paused(let paused) = record.state.detail {
          try InputCheck.check(input, against: record.inputSchema(of: paused))
        }
        do {
          let answer = try await operate(
            .resume(
              Resumption(
                namespace: namespace, runID: id, actor: context.principal.name,
                message: request.message, input: input, revision: record.snapshot.revision)),
            in: namespace, context)
          return ResumeRunResponse(run: answer.run, verdict: answer.verdict)
        } catch let status as Status where status.reason == "OUTDATED" && attempts < 10 {
          // Somebody else changed the run between the check and the decision.
          attempts += 1
        }
      }
    }
  }
}

extension RunRecord {
  /// The schema of the input that a pause asks for, which its later entries in the history leave out.
  func inputSchema(of paused: RunState.Paused) -> String? {
    paused.inputSchema.isEmpty
      ? pauses.first { $0.key == paused.key }?.inputSchema : paused.inputSchema
  }
}
