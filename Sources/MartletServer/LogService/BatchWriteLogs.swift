// Decides how lines are written in one call.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension LogHandlers {
  func batchWriteLogs(_ request: BatchWriteLogsRequest, context: CallContext) async throws
    -> BatchWriteLogsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let written = try await write(request.entries, namespace)
      return BatchWriteLogsResponse(
        written: written.new, duplicates: written.old, failures: written.failures)
    }
  }
}
