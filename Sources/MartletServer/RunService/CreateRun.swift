// Decides how a run is created that nobody executes yet.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension RunHandlers {
  func createRun(_ request: CreateRunRequest, context: CallContext) async throws
    -> CreateRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let run = request.run else { throw InvalidValue("run", "is required") }
      let deployment = try await origin(
        request.deployment, in: request.queue, of: [run], namespace, context)
      let command = try await creation(of: run, "run", namespace, deployment, context)
      let answer = try await backend.store.transitions.submit(command)
      let isDuplicate = try Self.isDuplicate(answer, in: "run.")
      var response = CreateRunResponse()
      response.run = Run(
        try await backend.store.run(command.runID, in: namespace, deadline: context.deadline))
      response.duplicate = isDuplicate
      return response
    }
  }

  /// The command that creates a run, of a deployment if one is given.
  func creation(
    of run: Run, _ field: String, _ namespace: Namespace, _ origin: RunOrigin?,
    _ context: CallContext
  ) async throws -> Command {
    guard run.namespace.isEmpty || run.namespace == namespace.name else {
      throw InvalidValue("\(field).namespace", "is another than the request's")
    }
    var content = try NewRun(run, field, actor: context.principal.name)
    if let origin {
      content = try await origin.run(run, sent: content, field)
    } else if run.jobVariables?.isEmpty == false {
      throw InvalidValue(
        "\(field).job_variables", "belong to a run of a deployment: name it in deployment")
    }
    return .report(
      Report(
        namespace: namespace, runID: try RunID(optional: run.id, "\(field).id") ?? .timeOrdered(),
        actor: context.principal.name, item: .create(content)))
  }

  /// Whether the answer to a creation is that of an earlier one.
  ///
  /// - Parameter prefix: the path of the run in the request, for errors.
  /// - Throws: `Status` when there is no such run now.
  static func isDuplicate(_ answer: CommandAnswer, in prefix: String) throws(Status) -> Bool {
    switch answer.result {
    case .verdict(.refused(let reason), _):
      throw .failedPrecondition(
        reason: reason.rawValue, subject: prefix + "parent_id",
        "the enclosing run has ended or is ending")
    case .verdict(_, let isDuplicate): return isDuplicate
    case .existing, .unchanged: return true
    case .failure(.invalid(let value)): throw Status(value.renamed(to: prefix))
    case .failure(.parentNotFound(let id)):
      throw .parentNotFound(id, field: prefix + "parent_id")
    case .failure(let error): throw Status(error)
    case .unavailable(let delay):
      throw .unavailable("the run is held by another transaction", retryAfter: delay)
    }
  }
}

extension InvalidValue {
  /// The fault of a run that was created, with the path that the request has it at.
  func renamed(to prefix: String) -> InvalidValue {
    var value = self
    value.field = prefix + (field.hasPrefix("create.") ? String(field.dropFirst(7)) : field)
    return value
  }
}
