// Decides how a frame is served that comes as a call of its own.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension ReportHandlers {
  func batchReport(_ request: BatchReportRequest, context: CallContext) async throws
    -> BatchReportResponse
  {
    try await answering {
      let actor = context.principal.name
      let namespace = try backend.namespace(request.namespace, context)
      let session = try await renew(
        request.session, namespace: namespace, actor: actor, isHeartbeat: request.reports.isEmpty)
      let frame = ReportFrame(
        backend: backend, namespace: namespace, session: session?.id, actor: actor)
      var response = BatchReportResponse()
      response.results = try await frame.decideClaims(request.reports)
      response.directives = session?.directives ?? []
      return response
    }
  }
}
