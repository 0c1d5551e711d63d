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
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of name, labels, tags, retry")
      }
      var edit = RunEdit()
      for path in paths {
        switch path {
        case "name": edit.name = run.name
        case "labels": edit.labels = run.labels
        case "tags": edit.tags = run.tags
        case "retry":
          edit.retry =
            try run.retry.map { .policy(try MartletModel.RetryPolicy($0, "run.retry")) } ?? .never
        default:
          throw InvalidValue(
            "update_mask", "names \"\(path)\": give any of name, labels, tags, retry")
        }
      }
      // The same bounds as at the creation.
      var bounded = NewRun(
        kind: .flow, name: edit.name ?? "", definition: "-", labels: edit.labels ?? [:],
        tags: edit.tags ?? [])
      if case .policy(let retry)? = edit.retry { bounded.retry = retry }
      try bounded.validate("run")
      let record = try await backend.store.updateRun(
        try RunID(required: run.id, "run.id"), in: namespace, edit: edit,
        etag: try etag(run.etag, "run.etag"), deadline: context.deadline)
      return UpdateRunResponse(run: Run(record))
    }
  }
}
