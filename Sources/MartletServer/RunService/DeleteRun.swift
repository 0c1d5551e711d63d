// Decides how a run is deleted, and how what keeps it from that is told.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension RunHandlers {
  func deleteRun(_ request: DeleteRunRequest, context: CallContext) async throws
    -> DeleteRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let id = try RunID(required: request.id, "id")
      let answers = try await backend.store.deleteRuns(
        [id], in: namespace, actor: context.principal.name, deadline: context.deadline)
      return try DeleteRunResponse(answers[0], to: id)
    }
  }
}

extension DeleteRunResponse {
  /// Tells what became of a deletion.
  ///
  /// - Throws: `Status` when the run stays.
  init(_ answer: DeletionAnswer, to id: RunID) throws(Status) {
    switch answer {
    case .deleted(let runs): self.init(deleted: Int64(runs))
    case .begun(let runs): self.init(deleted: Int64(runs), pending: true)
    case .notFound: throw Status.notFound(type: "run", name: id.description)
    case .held(let run, let state):
      let subject = run == id ? "the run" : "the run \(run) below it"
      throw Status.failedPrecondition(
        reason: Reason.runNotFinished.rawValue, subject: "run:\(run)",
        "\(subject) is \(state) or has an executor: cancel it first, and delete it when it has ended"
      )
    }
  }
}

extension Run {
  /// What is left of a run that was deleted.
  init(_ removal: RunRemoval) {
    self.init()
    id = removal.runID.description
    namespace = removal.namespace.name
    kind = removal.kind == .flow ? .flow : .task
    name = removal.name
    definition = removal.definition
    parentID = removal.parentID?.description ?? ""
    rootID = removal.rootID.description
  }
}
