// Decides what of a run may be changed by hand.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func updateRun(_ request: UpdateRunRequest, context: CallContext) async throws
    -> UpdateRunResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let run = request.run else { throw InvalidValue("run", "is required") }
      let id = try RunID(required: run.id, "run.id")
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of \(Self.editable)")
      }
      var edit = RunEdit()
      for path in paths {
        switch path {
        case "name": edit.name = run.name
        case "labels": edit.labels = run.labels
        case "tags": edit.tags = run.tags
        case "definition_version": edit.definitionVersion = run.definitionVersion
        case "parameters": edit.parameters = try run.parameters?.jsonText("run.parameters") ?? ""
        case "job_variables":
          edit.jobVariables = try await jobVariables(of: run, id, namespace, context)
        case "retry":
          edit.retry =
            try run.retry.map { .policy(try MartletModel.RetryPolicy($0, "run.retry")) } ?? .never
        default:
          throw InvalidValue(
            "update_mask", "names \"\(path)\": give any of \(Self.editable)")
        }
      }
      // The same bounds as at the creation.
      var bounded = NewRun(
        kind: .flow, name: edit.name ?? "", definition: "-",
        definitionVersion: edit.definitionVersion ?? "", parameters: edit.parameters ?? "",
        labels: edit.labels ?? [:], tags: edit.tags ?? [])
      if case .policy(let retry)? = edit.retry { bounded.retry = retry }
      try bounded.validate("run")
      let record = try await backend.store.updateRun(
        id, in: namespace, edit: edit, etag: try etag(run.etag, "run.etag"),
        deadline: context.deadline)
      return UpdateRunResponse(run: Run(record))
    }
  }

  private static let editable =
    "name, labels, tags, definition_version, parameters, job_variables, retry"

  /// The values for the template of its pool that are asked for, all of them variables of that; a run of no pool has the
  /// store say so.
  private func jobVariables(
    of run: Run, _ id: RunID, _ namespace: Namespace, _ context: CallContext
  ) async throws -> String {
    let variables = try JSONMembers(run.jobVariables ?? [:], "run.job_variables")
    try variables.validate("run.job_variables")
    let known = try await backend.store.run(id, in: namespace, deadline: context.deadline)
    if !variables.names.isEmpty, let pool = known.work?.pool, !pool.isEmpty {
      try await template(of: pool, namespace, context)?
        .checkNames(of: variables, "run.job_variables")
    }
    return variables.names.isEmpty ? "" : variables.text
  }
}
